internal import Config
internal import VRRP
internal import Wire

extension VRRPPlan {
    /// Of a configuration that was checked.
    init(_ configuration: Configuration) {
        let global = configuration.global.vrrp
        scheduling = VRRPScheduling(global)
        pacing = VRRPPacing(configuration)
        logsUnknownRouterIDs = global.logUnknownVrids
        delayAfterBoot = .milliseconds(Int64(min(max(global.delayAfterBoot, 0), 1e6) * 1_000))
        startupDelay = .milliseconds(Int64(min(max(global.startupDelay, 0), 1e6) * 1_000))
        groups = configuration.vrrpSyncGroups.map { group in
            Group(name: group.name, members: group.members.map(\.wrappedValue))
        }
        .filter { !$0.members.isEmpty }
        instances = configuration.vrrpInstances.compactMap { Instance($0, in: configuration) }
        placeLinks(configuration)
    }
}

extension VRRPPlan.Instance {
    /// nil for an instance without a VRID, which no checked configuration has.
    init?(_ instance: VRRPInstance, in configuration: Configuration) {
        let global = configuration.global.vrrp
        guard let routerID = instance.virtualRouterID else { return nil }
        let group = configuration.vrrpSyncGroups.first { $0.members.contains { $0.wrappedValue == instance.name } }
        family = instance.family ?? .ipv4
        interface = instance.interface
        ignoresOwnInterface = instance.ignoresOwnInterface
        source = instance.sourceAddress
        tracksSource = instance.tracksSourceAddress
        self.group =
            instance.multicastGroup
            ?? (family == .ipv4 ? .v4(global.mcastGroup4) : .v6(global.mcastGroup6))
        addresses = (instance.addresses + instance.excludedAddresses).map(\.wrappedValue).map { address in
            VRRPPlan.PlacedAddress(
                address: address, interface: address.interface ?? instance.interface ?? global.defaultInterface)
        }
        settings = VirtualRouterSettings(
            name: instance.name, routerID: routerID, version: Self.version(instance, global, family),
            priority: instance.priority ?? (instance.state == .master ? 255 : 100),
            advertInterval: .nanoseconds(Int64(min(max(instance.advertIntervalSeconds, 0), 255) * 1e9)),
            addresses: instance.addresses.prefix(AdvertWire.addressLimit).map(\.wrappedValue.address), source: nil,
            peers: instance.peers.map(\.wrappedValue.address))
        peers = instance.peers.map(\.wrappedValue).map { peer in
            VRRP.UnicastPeer(address: peer.address, ttl: peer.timeToLive ?? 0...255)
        }
        advertisedCount = instance.addresses.count
        setBehaviour(instance, global)
        setUnicast(instance)
        setExtra(instance, global)
        settings.gratuitous = Self.gratuitous(instance.announcements, global)
        settings.isGrouped = group != nil
        setFormat(instance, global)
        let isStrict = instance.strict ?? global.strict
        if isStrict { settings.applyStrictMode() }
        accepts = settings.priority == 255 || (instance.accepts ?? !isStrict)
        trackers = Self.trackers(of: instance, group, configuration)
    }

    private static func version(
        _ instance: VRRPInstance, _ global: GlobalVRRPSettings, _ family: IPAddress.Family
    ) -> VRRPVersion {
        (instance.version ?? (family == .ipv6 ? 3 : global.version)) == 3 ? .v3 : .v2
    }

    private mutating func setBehaviour(_ instance: VRRPInstance, _ global: GlobalVRRPSettings) {
        settings.preempts = instance.preempts
        settings.preemptDelay = .milliseconds(Int64(min(max(instance.preemptDelaySeconds, 0), 1_000) * 1_000))
        settings.downTimerAdverts = instance.downTimerAdverts ?? global.downTimerAdverts
        settings.ownerIgnoresAdverts = instance.ownerIgnoresAdverts ?? global.ownerIgnoreAdverts
        settings.answersHigherPriority = instance.answersHigherPriority ?? global.higherPrioSendAdvert
        settings.ignoresLowerPriority = instance.isSilentToLowerPriority ?? global.lowerPrioNoAdvert ?? false
        settings.yieldsWhenLate = instance.timerExpiredBackup != nil
        settings.othersPriority = instance.timerExpiredBackup
    }

    private mutating func setFormat(_ instance: VRRPInstance, _ global: GlobalVRRPSettings) {
        if settings.version == .v2, let secret = instance.authentication?.password.map({ Array($0.utf8) }) {
            switch instance.authentication?.kind {
            case .password: authentication = .password(secret)
            case .header: authentication = .header(key: secret)
            case nil: break
            }
        }
        if instance.checksumsAsVersion2 ?? global.v3ChecksumAsV2 { checksumReading = .messageOnly }
        checksUnicastSource = instance.checksUnicastSource ?? global.checkUnicastSrc
        skipsKnownAddressLists = instance.skipsAddressCheck ?? global.skipCheckAdvAddr
        dropsOtherAddressLists = instance.strict ?? global.strict
    }

    private static func gratuitous(_ own: Announcements, _ global: GlobalVRRPSettings) -> GratuitousSettings {
        var settings = GratuitousSettings()
        let delay = own.delaySeconds ?? global.garpMasterDelay
        settings.count = own.burst ?? global.garpMasterRepeat
        settings.secondDelay = .seconds(delay)
        settings.refreshInterval = .seconds(own.refreshSeconds ?? global.garpMasterRefresh)
        settings.refreshCount = own.refreshBurst ?? global.garpMasterRefreshRepeat
        settings.lowerPriorityCount = own.lowerPriorityBurst ?? global.garpLowerPrioRepeat ?? settings.count
        settings.lowerPriorityDelay = .seconds(own.lowerPriorityDelaySeconds ?? global.garpLowerPrioDelay ?? delay)
        return settings
    }

    // MARK: Trackers

    /// What this instance and its sync group track, and the interfaces that its addresses are on.
    private static func trackers(
        of instance: VRRPInstance, _ group: VRRPSyncGroup?, _ configuration: Configuration
    ) -> [PriorityLedger.Tracker] {
        var trackers = Self.trackers(instance.tracking, configuration)
        for tracker in group.map({ Self.trackers($0.tracking, configuration) }) ?? [] {
            if !trackers.contains(where: { $0.kind == tracker.kind && $0.name == tracker.name }) {
                trackers.append(tracker)
            }
        }
        let addresses = (instance.addresses + instance.excludedAddresses).map(\.wrappedValue)
        let interfaces =
            addresses.filter(\.isTracked).compactMap(\.interface)
            + instance.routes.flatMap(\.wrappedValue.trackedInterfaces)
            + instance.rules.flatMap(\.wrappedValue.trackedInterfaces)
            + configuration.staticInterfaces(trackedBy: instance.name)
        for name in interfaces where name != instance.interface {
            if !trackers.contains(where: { $0.kind == .interface && $0.name == name }) {
                trackers.append(PriorityLedger.Tracker(.interface, name: name))
            }
        }
        if let group, !group.usesWeights { return SyncGroup.weightless(trackers) }
        return trackers
    }

    private static func trackers(_ tracking: Tracking, _ configuration: Configuration) -> [PriorityLedger.Tracker] {
        var own: [PriorityLedger.Kind: [String: TrackWeight]] = [:]
        for script in configuration.vrrpScripts { own[.script, default: [:]][script.name] = script.weight }
        for file in configuration.trackFiles { own[.file, default: [:]][file.name] = file.weight }
        for process in configuration.trackProcesses { own[.process, default: [:]][process.name] = process.weight }
        let lists: [(PriorityLedger.Kind, [Setting<Tracked>])] = [
            (.interface, tracking.interfaces), (.script, tracking.scripts), (.file, tracking.files),
            (.process, tracking.processes),
        ]
        let services = tracking.services.map(\.wrappedValue).map { service in
            PriorityLedger.Tracker(
                .service, name: service.name.description, weight: service.weight?.value ?? 0,
                isReversed: service.weight?.isReversed ?? false)
        }
        return lists.flatMap { kind, list in
            list.map(\.wrappedValue).compactMap { tracked -> PriorityLedger.Tracker? in
                guard kind == .interface || own[kind]?[tracked.name] != nil else { return nil }
                let weight = tracked.weight ?? own[kind]?[tracked.name] ?? TrackWeight(value: 0)
                return PriorityLedger.Tracker(
                    kind, name: tracked.name, weight: weight.value, isReversed: weight.isReversed)
            }
        } + services
    }
}
