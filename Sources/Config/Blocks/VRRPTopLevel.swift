extension Configuration {
    /// What VRRP has at the top level of a file.
    static let vrrpFields: [Field<Configuration>] = [
        .blocks("vrrp_script", \.vrrpScripts, VRRPScript.block, head: VRRPScript.head),
        .blocks("vrrp_track_process", \.trackProcesses, TrackProcess.block, head: TrackProcess.head),
        .blocks("track_file", \.trackFiles, TrackFile.block, head: TrackFile.head),
        .blocks("vrrp_track_file", \.trackFiles, TrackFile.oldBlock, head: TrackFile.head).listedElsewhere,
        .blocks("vrrp_instance", \.vrrpInstances, VRRPInstance.block, head: VRRPInstance.head).then { _, model, _ in
            let defined = model.defined
            if let last = model.vrrpInstances.indices.last { model.vrrpInstances[last].seal(after: defined) }
        },
        .blocks("vrrp_sync_group", \.vrrpSyncGroups, VRRPSyncGroup.block, head: VRRPSyncGroup.head).then {
            _, model, _ in
            let defined = model.defined
            if let last = model.vrrpSyncGroups.indices.last { model.vrrpSyncGroups[last].seal(after: defined) }
        },
        .blocks("garp_group", \.garpGroups, GARPGroup.block, head: GARPGroup.head),
        .blocks("track_group", \.trackGroups, TrackGroup.block, head: TrackGroup.head),
        .values("static_ipaddress", \.staticAddresses, .virtualAddress(isStatic: true)),
    ]

    /// What an object that ends here may refer to.
    fileprivate var defined: DefinedBefore {
        DefinedBefore(
            isSet: true, scripts: vrrpScripts.count, processes: trackProcesses.count, files: trackFiles.count,
            sessions: bfdInstances.count)
    }
}

extension Field {
    fileprivate var listedElsewhere: Field {
        var field = self
        field.show = { _ in [] }
        return field
    }
}

extension VRRPInstance {
    fileprivate mutating func seal(after defined: DefinedBefore) {
        if !definedBefore.isSet { definedBefore = defined }
    }
}

extension VRRPSyncGroup {
    fileprivate mutating func seal(after defined: DefinedBefore) {
        if !definedBefore.isSet { definedBefore = defined }
    }
}
