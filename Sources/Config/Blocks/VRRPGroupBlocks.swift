import Wire

extension VRRPSyncGroup {
    /// `vrrp_sync_group`.
    static let block = Block<VRRPSyncGroup>(
        "vrrp_sync_group",
        [
            .names("group", \.members),
            .mark("sync_group_tracking_weight", \.$usesWeights),
            .synonym("global_tracking", of: .flag("global_tracking", \.$usesWeights, sets: true))
                .then { statement, _, log in
                    log.warn(
                        statement.location, "'global_tracking' is an old name: 'sync_group_tracking_weight' is meant",
                        hint: "write track_script and the like into the group")
                },
        ] + Tracking.fields.map { $0.within(\.tracking) } + Notifications.fields.map { $0.within(\.notifications) })

    /// `NAME`.
    static let head = Form<VRRPSyncGroup>.named {
        VRRPSyncGroup($0, at: $1)
    } name: {
        $0.name
    }
}

extension TrackGroup {
    /// `track_group`.
    static let block = Block<TrackGroup>("track_group", [.names("group", \.members)])

    /// `NAME`.
    static let head = Form<TrackGroup>.named {
        TrackGroup($0, at: $1)
    } name: {
        $0.name
    }
}

extension GARPGroup {
    /// `garp_group`.
    static let block = Block<GARPGroup>(
        "garp_group",
        [
            .value("garp_interval", \.$garpIntervalSeconds, .seconds(0...2_147.483647)),
            .value("gna_interval", \.$gnaIntervalSeconds, .seconds(0...2_147.483647)),
            .repeated("interface", \.interfaces, .interfaceName).listed(if: { !$0.isShared }),
            .wordList("interfaces", \.interfaces, of: "names of interfaces")
                .then { _, model, _ in model.isShared = true }.listed(if: { $0.isShared }),
        ])

    /// Nothing.
    static let head = Form<GARPGroup>(
        syntax: "", minimumArguments: 0, parse: { GARPGroup(at: $0.statement.location) }, json: { _ in .null })
}
