// What a configuration comes to: what is left out replaced by what is in force, with the line that set that.

extension Configuration {
    /// The same with defaults and what blocks inherit filled in.
    var completed: Configuration {
        var configuration = self
        for index in configuration.virtualServers.indices { configuration.virtualServers[index].complete() }
        for index in configuration.vrrpInstances.indices {
            configuration.vrrpInstances[index].complete(from: global.vrrp)
        }
        return configuration
    }
}

extension Setting {
    /// Takes over what is in force where nothing is said.
    fileprivate mutating func inherit<Wrapped>(_ other: Setting<Wrapped>) where Value == Wrapped? {
        guard wrappedValue == nil else { return }
        wrappedValue = other.wrappedValue
        origin = other.origin
    }

    fileprivate mutating func inherit(_ other: Setting) where Value: ExpressibleByNilLiteral {
        let nothing: Value = nil
        if wrappedValue == nothing { self = other }
    }

    /// Takes a default where nothing is said.
    fileprivate mutating func assume<Wrapped>(_ value: Wrapped) where Value == Wrapped? {
        if wrappedValue == nil { wrappedValue = value }
    }
}

extension VirtualServerBlock {
    fileprivate mutating func complete() {
        if case .firewallMark = target {} else { $transport.assume(.udp) }
        $scheduler.assume(.wlc)
        $forwarding.assume(.mode(.nat))
        let service = self
        for index in realServers.indices { realServers[index].complete(in: service) }
        timing.$delayLoopSeconds.assume(60)
        timing.$connectTimeoutSeconds.assume(5)
    }
}

extension RealServerBlock {
    fileprivate mutating func complete(in service: VirtualServerBlock) {
        $weight.inherit(service.$weight)
        $forwarding.inherit(service.$forwarding)
        $virtualHost.inherit(service.$virtualHost)
        $inhibitsOnFailure.inherit(service.$inhibitsOnFailure)
        let server = self
        for index in checkers.indices { checkers[index].complete(of: server, in: service) }
    }
}

extension Checker {
    fileprivate mutating func complete(of server: RealServerBlock, in service: VirtualServerBlock) {
        let effective = effectiveTiming(of: server, in: service)
        var timing = common.timing.over(server.timing).over(service.timing)
        timing.$delayLoopSeconds.assume(effective.delayLoopSeconds)
        timing.$connectTimeoutSeconds.assume(effective.timeoutSeconds)
        timing.$retries.assume(effective.retries)
        timing.$delayBeforeRetrySeconds.assume(effective.delayBeforeRetrySeconds)
        timing.$warmupSeconds.assume(effective.warmupSeconds)
        timing.$startsDown.assume(effective.startsDown)
        common.timing = timing
    }
}

extension VRRPInstance {
    fileprivate mutating func complete(from global: GlobalVRRPSettings) {
        $strict.inherit(global.$strict)
        $skipsAddressCheck.inherit(global.$skipCheckAdvAddr)
        $answersHigherPriority.inherit(global.$higherPrioSendAdvert)
        $ownerIgnoresAdverts.inherit(global.$ownerIgnoreAdverts)
        $downTimerAdverts.inherit(global.$downTimerAdverts)
        $checksumsAsVersion2.inherit(global.$v3ChecksumAsV2)
        $checksUnicastSource.inherit(global.$checkUnicastSrc)
        announcements.$delaySeconds.inherit(global.$garpMasterDelay)
        announcements.$burst.inherit(global.$garpMasterRepeat)
        announcements.$refreshSeconds.inherit(global.$garpMasterRefresh)
        announcements.$refreshBurst.inherit(global.$garpMasterRefreshRepeat)
        announcements.$lowerPriorityDelaySeconds.inherit(announcements.$delaySeconds)
        announcements.$lowerPriorityBurst.inherit(announcements.$burst)
    }
}
