import Wire

/// Turns drafts into virtual services: fills defaults in, expands groups, and applies the rules between the parts,
/// which are keepalived's (check_data.c) unless they are about what the forwarder can do.
struct ServiceAssembler {
    private let groups: [String: VirtualServerGroup]
    private let log: DiagnosticLog
    private var services: [VirtualService] = []
    private var destinationCount = 0
    private var indices: [Key: Int] = [:]
    private var isFull = false

    /// What tells one service from another.
    private struct Key: Hashable {
        var address: IPAddress
        var port: UInt16
        var transport: TransportProtocol
    }

    /// The services that a configuration's blocks stand for.
    static func services(of configuration: Configuration, log: DiagnosticLog) -> [VirtualService] {
        var assembler = ServiceAssembler(groups: configuration.virtualServerGroups, log: log)
        for (index, server) in configuration.virtualServers.enumerated() { assembler.add(server, at: index) }
        return assembler.services
    }

    private init(groups: [VirtualServerGroup], log: DiagnosticLog) {
        var byName: [String: VirtualServerGroup] = [:]
        for group in groups {
            if let first = byName[group.name] {
                log.warn(
                    group.location,
                    "virtual_server_group '\(group.name)' is declared at \(first.location) already: skipped")
            } else {
                byName[group.name] = group
            }
        }
        self.groups = byName
        self.log = log
    }

    /// Adds the services that a block stands for.
    private mutating func add(_ draft: VirtualServerBlock, at index: Int) {
        let name = draft.name
        guard !draft.realServers.isEmpty else {
            log.warn(draft.location, "\(name) has no real servers: skipped")
            return
        }
        if case .firewallMark = draft.target {
            log.advise(
                draft.location, "fwmark services are not forwarded yet: skipped",
                hint: "use a virtual_server_group of addresses and ports")
            return
        }
        guard let transport = transport(of: draft) else { return }
        let members = members(of: draft)
        let scheduler = scheduler(of: draft)
        let fitter = ServerFitter(draft: draft, index: index, log: log)
        let picksUpMidstream = picksUpMidstream(draft, scheduler)
        let isStateless = isStateless(draft, transport, scheduler, fitter)
        var used: Set<Int> = []
        for member in members where !isFull {
            if member.port == 0 { warnOfAnyPort(draft) }
            let servers = fitter.servers(for: member, used: &used)
            guard !servers.isEmpty else {
                log.warn(draft.location, "\(name) has no real server that can be used: skipped")
                continue
            }
            add(
                VirtualService(
                    address: member.address, port: member.port, transport: transport, scheduler: scheduler,
                    hashesPort: draft.hashesPort, fallback: draft.fallback, isStateless: isStateless,
                    removedServer: draft.removedServer, picksUpMidstream: picksUpMidstream, realServers: servers,
                    name: draft.groupName, block: index, location: draft.location))
        }
        if !members.isEmpty, !isFull { fitter.warnOfUnused(except: used) }
    }

    private mutating func add(_ service: VirtualService) {
        let key = Key(address: service.address, port: service.port, transport: service.transport)
        if let index = indices[key] {
            merge(service, into: index)
        } else if services.count == Configuration.maximumServices {
            fail(service, "more than \(Configuration.maximumServices) virtual services")
        } else if destinationCount + service.realServers.count > Configuration.maximumDestinations {
            fail(
                service, "more than \(Configuration.maximumDestinations) real servers of all virtual services together")
        } else {
            indices[key] = services.count
            destinationCount += service.realServers.count
            services.append(service)
        }
    }

    /// The kernel's IPVS has the service already when keepalived adds it again: only its real servers are new.
    private mutating func merge(_ service: VirtualService, into index: Int) {
        let first = services[index]
        log.warn(
            service.location,
            "virtual service \(first.address.text(withPort: first.port)) is declared at \(first.location) already: "
                + "only its new real servers are added")
        var places = Set(first.realServers.map { Place(address: $0.address, port: $0.port) })
        for server in service.realServers
        where places.insert(Place(address: server.address, port: server.port)).inserted {
            guard destinationCount < Configuration.maximumDestinations else {
                fail(
                    service,
                    "more than \(Configuration.maximumDestinations) real servers of all virtual services together")
                return
            }
            destinationCount += 1
            services[index].realServers.append(server)
        }
        if services[index].realServers.contains(where: { $0.mode == .nat }) { services[index].isStateless = false }
    }

    private mutating func fail(_ service: VirtualService, _ what: String) {
        log.fail(service.location, what, hint: "that is the limit")
        isFull = true
    }

    private func members(of draft: VirtualServerBlock) -> [Place] {
        switch draft.target {
        case .address(let address, let port): return [Place(address: address, port: port)]
        case .firewallMark: return []
        case .group(let name):
            guard let group = groups[name] else {
                let names = groups.count <= mostSuggestions ? groups.keys.sorted() : []
                let hint = nearest(to: name, among: names).map { "did you mean '\($0)'?" }
                log.warn(
                    draft.location, "there is no virtual_server_group '\(name)': virtual_server skipped", hint: hint)
                return []
            }
            if group.members.isEmpty { log.warn(draft.location, "\(draft.name) has no members: skipped") }
            return places(of: group)
        }
    }

    /// Every place once; enough of them to exceed the limit, if there are too many.
    private func places(of group: VirtualServerGroup) -> [Place] {
        let limit = Configuration.maximumServices + 1
        var places: [Place] = []
        var known: Set<Place> = []
        for member in group.members {
            let line = member.origin ?? group.location
            switch member.wrappedValue {
            case .firewallMark:
                log.advise(
                    line, "fwmark members are not forwarded yet: skipped",
                    hint: "list the addresses and ports that the mark stands for")
            case .addresses(let range, let port):
                for address in range.addresses(limit: limit) where places.count < limit {
                    let place = Place(address: address, port: port)
                    if known.insert(place).inserted {
                        places.append(place)
                    } else {
                        log.warn(line, "\(address) \(port) is in the group already: skipped")
                    }
                }
            }
        }
        return places
    }
}

// MARK: - Defaults and what the forwarder can do

extension ServiceAssembler {
    private func transport(of draft: VirtualServerBlock) -> TransportProtocol? {
        switch draft.transport {
        case .tcp: return .tcp
        case .udp: return .udp
        case .sctp:
            log.advise(draft.location, "\(draft.name): SCTP is not forwarded yet: skipped")
            return nil
        case nil:
            log.warn(
                draft.location, "\(draft.name) has no protocol: UDP is assumed",
                hint: "add 'protocol TCP' if that is meant")
            return .udp
        }
    }

    private func scheduler(of draft: VirtualServerBlock) -> Scheduler {
        if draft.scheduler == nil {
            log.warn(draft.location, "\(draft.name) has no scheduler: wlc is assumed", hint: "add 'lb_algo NAME'")
        }
        let scheduler = draft.scheduler ?? .wlc
        if !scheduler.isBuilt {
            log.advise(
                draft.location, "\(draft.name): scheduler \(scheduler.rawValue) is not built yet: wrr is used",
                hint: "built are: \(Scheduler.allCases.filter(\.isBuilt).map(\.rawValue).joined(separator: ", "))")
        }
        return scheduler
    }

    private func isStateless(
        _ draft: VirtualServerBlock, _ transport: TransportProtocol, _ scheduler: Scheduler, _ fitter: ServerFitter
    ) -> Bool {
        guard draft.stateless else { return false }
        if transport == .tcp, scheduler.hashesSource, !fitter.usesNAT { return true }
        log.warn(
            draft.$stateless.origin ?? draft.location, "\(draft.name) can't be stateless: sluice_stateless is ignored",
            hint: "it needs TCP, the scheduler mh or sh, and DR or TUN for every real server")
        return false
    }

    private func picksUpMidstream(_ draft: VirtualServerBlock, _ scheduler: Scheduler) -> Bool {
        guard let origin = draft.$midstream.origin else { return true }
        if !scheduler.hashesSource {
            log.warn(
                origin, "sluice_midstream has no effect with the scheduler \(scheduler.rawValue)",
                hint: "it is for mh and sh")
        }
        switch draft.midstream {
        case .pickUp: return true
        case .drop: return false
        }
    }

    private func warnOfAnyPort(_ draft: VirtualServerBlock) {
        guard draft.persistenceTimeout == nil, draft.persistenceGranularity == nil else { return }
        log.warn(
            draft.location,
            "\(draft.name) is for any port but not persistent: a client's connections may go to different real servers",
            hint: "keepalived would make it persistent")
    }
}

/// An address and a port: what a service listens on, or where a real server is.
struct Place: Hashable {
    var address: IPAddress
    var port: UInt16
}
