import Wire

extension Configuration {
    /// Drops the BFD instances that can't be, and puts right what can.
    mutating func checkBFDInstances(_ log: DiagnosticLog) {
        var names: Set<String> = []
        var sessions = BFDSessions()
        bfdInstances = bfdInstances.compactMap { written in
            var instance = written
            guard names.insert(instance.name).inserted else {
                log.warn(instance.location, "bfd_instance '\(instance.name)' is there already: skipped")
                return nil
            }
            guard let neighbor = instance.checkedNeighbor(log) else { return nil }
            if let other = sessions.add(instance, to: neighbor) {
                log.warn(
                    instance.location,
                    "bfd_instance '\(instance.name)' has the same neighbor_ip as '\(other)': skipped",
                    hint: "give each a source_ip of its own")
                return nil
            }
            instance.limitHops(log)
            return instance
        }
    }
}

extension BFDInstance {
    /// Its neighbour; nil, with a warning, if that makes no session.
    fileprivate func checkedNeighbor(_ log: DiagnosticLog) -> IPAddress? {
        guard let neighborIP else {
            log.warn(location, "bfd_instance '\(name)' has no neighbor_ip: skipped")
            return nil
        }
        if let sourceIP, sourceIP.family != neighborIP.family {
            log.warn(
                location,
                "bfd_instance '\(name)': source_ip \(sourceIP) can't reach neighbor_ip \(neighborIP): skipped",
                hint: "both have to be IPv4, or both IPv6")
            return nil
        }
        return neighborIP
    }

    fileprivate mutating func limitHops(_ log: DiagnosticLog) {
        guard maxHops > effectiveTTL else { return }
        let place = $maxHops.origin ?? location
        log.warn(place, "max_hops \(maxHops) is more than the ttl: \(effectiveTTL) is used")
        $maxHops = Setting(effectiveTTL, from: place)
    }
}

/// The sessions of the instances so far: what arrives from a neighbour has to belong to one of them alone.
private struct BFDSessions {
    private struct Peer: Hashable {
        var neighbor: IPAddress
        var multihop: Bool
    }

    /// Names of instances.
    private struct Names {
        var first: String
        /// By source; nil is none.
        var bySource: [IPAddress?: String]
    }

    private var names: [Peer: Names] = [:]

    /// Adds an instance; or says which one it can't be told from: a source tells only from other sources.
    mutating func add(_ instance: BFDInstance, to neighbor: IPAddress) -> String? {
        let peer = Peer(neighbor: neighbor, multihop: instance.multihop)
        if let others = names[peer] {
            if instance.sourceIP == nil { return others.first }
            if let other = others.bySource[nil] ?? others.bySource[instance.sourceIP] { return other }
        }
        names[peer, default: Names(first: instance.name, bySource: [:])].bySource[instance.sourceIP] = instance.name
        return nil
    }
}
