import Wire

/// The rules between the parts of virtual servers and real servers that are about health checks, persistence and what
/// else no packet's forwarding hangs on. They are keepalived's (check_data.c) where they warn; notes are our own.
struct ServerChecks {
    private let block: VirtualServerBlock
    private let isByMark: Bool
    private let log: DiagnosticLog

    /// Checks all blocks. Those without real servers are passed over: they are skipped as a whole.
    static func check(_ configuration: Configuration, _ log: DiagnosticLog) {
        let markGroups = Set(configuration.virtualServerGroups.filter(\.isOfMarks).map(\.name))
        for block in configuration.virtualServers where !block.realServers.isEmpty {
            let isByMark =
                switch block.target {
                case .address: false
                case .group(let name): markGroups.contains(name)
                case .firewallMark: true
                }
            ServerChecks(block: block, isByMark: isByMark, log: log).check()
        }
    }

    private func check() {
        checkMark()
        checkFamily()
        checkOnePacket()
        checkQuorum()
        checkSorryServer()
        for server in block.realServers { check(server) }
        checkCheckers()
    }

    private func checkMark() {
        guard isByMark else { return }
        if block.suspendsWithoutAddress {
            log.warn(
                block.$suspendsWithoutAddress.origin ?? block.location,
                "\(block.name) stands for a mark: ha_suspend, which looks at its address, is ignored")
        }
        if let origin = block.$transport.origin {
            log.note(origin, "\(block.name) stands for a mark, whatever the protocol: 'protocol' has no effect")
        }
    }

    private func checkFamily() {
        guard let family = block.family, let own = block.addressFamily, family != own else { return }
        log.warn(
            block.$family.origin ?? block.location,
            "ip_family \(family.rawValue) is not the family of \(block.name): ignored",
            hint: "it is for marks; an address has its own")
    }

    private func checkOnePacket() {
        guard block.onePacket else { return }
        let line = block.$onePacket.origin ?? block.location
        if !isByMark, block.transport ?? .udp != .udp {
            log.warn(line, "ops, one-packet scheduling, is for UDP alone: ignored for \(block.name)")
        } else if block.effectivePersistenceSeconds(port: 1) != nil {
            log.warn(
                line, "ops has no effect with persistence: a client's datagrams all go to one real server",
                hint: "leave out one of the two")
        }
    }

    private func checkQuorum() {
        if let line = block.$quorum.origin {
            let total = block.totalWeight
            if block.quorum > total {
                log.warn(
                    line, "quorum \(block.quorum) is above the weight of all real servers together: \(total) is used",
                    hint: "at most \(total)")
            }
        }
        guard let line = block.$hysteresis.origin, block.hysteresis > 0 else { return }
        let quorum = block.effectiveQuorum(totalWeight: block.totalWeight)
        if block.hysteresis >= max(quorum.threshold, 1) {
            log.warn(
                line,
                "hysteresis \(block.hysteresis) is not below the quorum of \(quorum.threshold): "
                    + "\(quorum.hysteresis) is used")
        }
    }

    private func checkSorryServer() {
        guard let place = block.sorryServer else { return }
        let line = block.$sorryServer.origin ?? block.location
        let name = "sorry server \(place.address)"
        if let own = block.addressFamily, place.address.ipFamily != own, !block.isSorryServerTunnelled {
            log.warn(
                line, "\(name) is of another address family than its virtual server: ignored",
                hint: "only TUN carries one family in the other")
            return
        }
        if case .address(_, let servicePort) = block.target, let port = place.port, port != servicePort,
            !block.mayTranslatePort(servicePort)
        {
            log.warn(
                line, "\(name): port \(port) is not its virtual server's: \(servicePort) is used",
                hint: "only NAT, with a service for one port, translates ports")
        }
        if block.realServers.contains(where: { $0.place.address == place.address && isSamePort($0.place, place) }) {
            log.warn(line, "\(name) is one of the real servers too: with the quorum lost it may be down itself")
        }
    }

    private func isSamePort(_ first: RealServerBlock.Place, _ second: RealServerBlock.Place) -> Bool {
        guard case .address(_, let port) = block.target else { return first.port == second.port }
        return first.port ?? port == second.port ?? port
    }

    private func check(_ server: RealServerBlock) {
        if server.lowerThreshold > server.upperThreshold {
            log.warn(
                server.$lowerThreshold.origin ?? server.location,
                "lthreshold \(server.lowerThreshold) is above uthreshold \(server.upperThreshold): "
                    + "the kernel would refuse the real server", hint: "lthreshold at most uthreshold")
        }
    }

    /// What can't work as it may be meant, though nothing is wrong with it.
    private func checkCheckers() {
        if block.realServers.allSatisfy(\.checkers.isEmpty) { return noteUseless() }
        guard block.transport ?? .udp == .udp, !isByMark else { return }
        for server in block.realServers {
            guard let checker = server.checkers.first(where: { $0.method.kind.isOfTCP }) else { continue }
            log.note(
                checker.location,
                "\(checker.method.kind.rawValue) asks by TCP, but \(block.name) is for UDP: that nothing answers there "
                    + "is not noticed")
            return
        }
    }

    private func noteUseless() {
        let keywords = [
            ("alpha", block.timing.$startsDown.origin), ("inhibit_on_failure", block.$inhibitsOnFailure.origin),
            ("quorum_up", block.$quorumUp.origin), ("quorum_down", block.$quorumDown.origin),
            ("sorry_server", block.$sorryServer.origin),
        ]
        for case (let keyword, let line?) in keywords {
            log.note(
                line, "'\(keyword)' has no effect: no real server of \(block.name) has a checker, so all count as up")
        }
    }
}

extension CheckerKind {
    /// Whether it needs a TCP connection.
    fileprivate var isOfTCP: Bool {
        switch self {
        case .tcp, .http, .ssl, .smtp: true
        case .misc, .dns, .udp, .ping, .file, .bfd: false
        }
    }
}

extension VirtualServerGroup {
    /// Whether it has marks and nothing else.
    fileprivate var isOfMarks: Bool {
        !members.isEmpty
            && members.allSatisfy { member in
                switch member.wrappedValue {
                case .firewallMark: true
                case .addresses: false
                }
            }
    }
}

extension VirtualServerBlock {
    /// The weights of all real servers together, each place counted once.
    fileprivate var totalWeight: Int {
        var places: Set<RealServerBlock.Place> = []
        return realServers.reduce(0) { places.insert($1.place).inserted ? $0 + Int(weight(of: $1)) : $0 }
    }
}
