import Wire

extension Configuration {
    /// Drops the BFD instances that can't be, and puts right what can.
    mutating func checkBFDInstances(_ log: DiagnosticLog) {
        var names: Set<String> = []
        var sessions: [IPAddress: [BFDInstance]] = [:]
        bfdInstances = bfdInstances.compactMap { written in
            var instance = written
            guard names.insert(instance.name).inserted else {
                log.warn(instance.location, "bfd_instance '\(instance.name)' is there already: skipped")
                return nil
            }
            guard let neighbor = instance.checkedNeighbor(log) else { return nil }
            if let other = sessions[neighbor, default: []].first(where: instance.isSameSession) {
                log.warn(
                    instance.location,
                    "bfd_instance '\(instance.name)' has the same neighbor_ip as '\(other.name)': skipped",
                    hint: "give each a source_ip of its own")
                return nil
            }
            instance.limitHops(log)
            sessions[neighbor, default: []].append(instance)
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

    /// Whether packets can't be told from those of another instance with the same neighbour.
    fileprivate func isSameSession(as other: BFDInstance) -> Bool {
        multihop == other.multihop && (sourceIP == nil || other.sourceIP == nil || sourceIP == other.sourceIP)
    }

    fileprivate mutating func limitHops(_ log: DiagnosticLog) {
        guard maxHops > effectiveTTL else { return }
        let place = $maxHops.origin ?? location
        log.warn(place, "max_hops \(maxHops) is more than the ttl: \(effectiveTTL) is used")
        $maxHops = Setting(effectiveTTL, from: place)
    }
}
