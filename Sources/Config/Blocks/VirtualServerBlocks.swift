import Wire

extension VirtualServerBlock {
    /// `virtual_server`.
    static let block = Block<VirtualServerBlock>(
        "virtual_server",
        [
            .value("protocol", \.$transport, .transport),
            .value("lb_algo", \.$scheduler, .choice),
            .synonym("lvs_sched", of: .value("lb_algo", \.$scheduler, .choice)),
            .value("lb_kind", \.$forwarding, .forwarding),
            .synonym("lvs_method", of: .value("lb_kind", \.$forwarding, .forwarding)),
            .value("weight", \.$weight, .weight(1...2_147_483_647)),
            .value("ip_family", \.$family, .choice),
            .value("persistence_timeout", \.$persistenceTimeout, .persistence),
            .granularity("persistence_granularity", \.$persistenceGranularity),
            .value("ops", \.$onePacket, .nothing),
            .schedulerFlag("sh-port", \.$hashesPort, of: .sh),
            .schedulerFlag("sh-fallback", \.$fallback, of: .sh),
            .schedulerFlag("mh-port", \.$hashesPort, of: .mh),
            .schedulerFlag("mh-fallback", \.$fallback, of: .mh),
            .synonym("flag-1", of: .value("flag-1", \.$fallback, .nothing)),
            .synonym("flag-2", of: .value("flag-2", \.$hashesPort, .nothing)),
            .flag("sluice_stateless", \.$stateless),
            .value("sluice_removed_server", \.$removedServer, .choice),
            .value("sluice_midstream", \.$midstream, .choice),
            .value("virtualhost", \.$virtualHost, .optionalWord("a host's name")),
            .value("inhibit_on_failure", \.$inhibitsOnFailure, .nothing),
            .value("ha_suspend", \.$suspendsWithoutAddress, .nothing),
            .value("omega", \.$notifiesAtStop, .nothing),
            .value("quorum", \.$quorum, .integer(1...0xffff_ffff).otherwise(1, as: "1")),
            .value("hysteresis", \.$hysteresis, .integer(0...0xffff_ffff)),
            .once("quorum_up", \.$quorumUp, .script.needing(1)),
            .once("quorum_down", \.$quorumDown, .script.needing(1)),
            .value("smtp_alert", \.$mailsAlerts, .flag),
            .sorryServer("sorry_server", \.$sorryServer),
            .afterSorryServer(.value("sorry_server_lvs_method", \.$sorryForwarding, .forwarding)),
            .afterSorryServer(.value("sorry_server_inhibit", \.$sorryInhibits, .nothing)),
            .unused("flag-3", .nothing, .ipvs),
            .unused("hashed", .nothing, .ipvs),
            .unused("persistence_engine", .word("sip"), .ipvs),
            .unused("snmp_name", .optionalWord("a name"), .snmp),
            .blocks("real_server", \.realServers, RealServerBlock.block, head: RealServerBlock.head),
        ] + Field.part(\.timing, CheckTiming.inherited(alpha: .nothing)))

    /// `ADDRESS [PORT]`, `group NAME` or `fwmark N`.
    static let head = Form<VirtualServerBlock>(
        syntax: "ADDRESS [PORT], group NAME or fwmark N",
        parse: { (arguments) throws(Misfit) in
            let location = arguments.statement.location
            if arguments.take("group") {
                if arguments.next == nil { arguments.failHead("'virtual_server group' needs a name") }
                let name = try arguments.take("the group's name") { $0 }
                return VirtualServerBlock(.group(name), at: location)
            }
            if arguments.take("fwmark") {
                if arguments.next == nil { arguments.failHead("'virtual_server fwmark' needs a number") }
                let mark = try arguments.take("a mark, 1 to 4294967295") {
                    Wording.number($0, in: 1...0xffff_ffff).map(UInt32.init)
                }
                return VirtualServerBlock(.firewallMark(mark), at: location)
            }
            let address = try arguments.address()
            let port = arguments.next == nil ? 0 : try arguments.take("a port, 0 to 65535, 0 for any", Wording.port)
            return VirtualServerBlock(.address(address, port: port), at: location)
        },
        json: { block in
            switch block.target {
            case .address(let address, let port): .array([.string("\(address)"), .int(Int(port))])
            case .group(let name): .array([.string("group"), .string(name)])
            case .firewallMark(let mark): .array([.string("fwmark"), .int(Int(mark))])
            }
        })
}

extension Arguments {
    /// Refuses the configuration for the head of a virtual server.
    fileprivate func failHead(_ message: String) {
        log.fail(statement.location, message, hint: "keepalived refuses it too: it crashes")
    }

    /// A service's address; of a range only the first, with a warning.
    fileprivate mutating func address() throws(Misfit) -> IPAddress {
        let word = next ?? ""
        let range = try take("ADDRESS [PORT], group NAME or fwmark N") { AddressRange($0) }
        if range.count > 1 {
            warn(
                "'\(word)' is a range: only \(range.first) is served",
                hint: "ranges belong in a virtual_server_group")
        }
        return range.first
    }
}

extension Form where Value == WrittenTransport {
    /// In any case.
    static var transport: Form {
        Form(
            syntax: "TCP, UDP or SCTP",
            parse: { (arguments) throws(Misfit) in
                try arguments.take("TCP, UDP or SCTP") { WrittenTransport(rawValue: $0.uppercased()) }
            },
            json: { .string($0.rawValue) })
    }
}

extension Field where Model == VirtualServerBlock {
    /// As in keepalived, these count only after the line that names their scheduler.
    fileprivate static func schedulerFlag(
        _ name: String, _ path: any WritableKeyPath<VirtualServerBlock, Setting<Bool>> & Sendable,
        of scheduler: Scheduler
    ) -> Field {
        var field = Field.value(name, path, .nothing)
        let read = field.read
        field.read = { statement, model, log in
            guard model.scheduler == scheduler else {
                log.warn(
                    statement.location, "'\(name)' only applies to the \(scheduler.rawValue) scheduler: ignored",
                    hint: "write it after 'lb_algo \(scheduler.rawValue)'")
                return
            }
            read(statement, &model, log)
        }
        field.show = { model in
            model.scheduler == scheduler
                ? [Form.nothing.report(name, model[keyPath: path])] : []
        }
        return field
    }
}

extension Form where Value == Int {
    /// Nothing for 360 seconds.
    fileprivate static var persistence: Form {
        let syntax = "nothing, or seconds, 1 to 2678400; without the line, clients are not persistent"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                guard arguments.next != nil else { return VirtualServerBlock.defaultPersistenceSeconds }
                return try arguments.take(syntax) { Wording.integer($0, in: 1...2_678_400) }
            },
            json: { .int($0) })
    }
}

extension Form where Value == PersistenceGranularity {
    /// As the service's family has it; the word itself tells where that is not known.
    fileprivate static func granularity(_ family: IPFamily?) -> Form {
        let syntax = "a netmask like 255.255.255.0, or for IPv6 a prefix length, 1 to 128"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let word = arguments.next ?? ""
                switch family ?? (word.utf8.contains(UInt8(ascii: ".")) ? .ipv4 : .ipv6) {
                case .ipv6: return .prefix(try arguments.take(syntax) { Wording.integer($0, in: 1...128) })
                case .ipv4:
                    if let number = Wording.number(word, in: 0...0xffff_ffff) {
                        let mask = IPv4Address(rawValue: UInt32(number))
                        _ = arguments.take()
                        arguments.warn("'\(word)' is taken for the netmask \(mask)", hint: syntax)
                        return .mask(mask)
                    }
                    return .mask(try arguments.take(syntax) { IPv4Address($0) })
                }
            },
            json: { granularity in
                switch granularity {
                case .mask(let mask): .string("\(mask)")
                case .prefix(let length): .int(length)
                }
            })
    }
}

extension Field where Model == VirtualServerBlock {
    /// A netmask or a prefix length, as the service's family has it.
    fileprivate static func granularity(
        _ name: String, _ path: any WritableKeyPath<VirtualServerBlock, Setting<PersistenceGranularity?>> & Sendable
    ) -> Field {
        let forms = [
            value(name, path, .granularity(nil)), value(name, path, .granularity(.ipv4)),
            value(name, path, .granularity(.ipv6)),
        ]
        var field = forms[0]
        field.read = { statement, model, log in
            let index =
                switch model.knownFamily {
                case nil: 0
                case .ipv4: 1
                case .ipv6: 2
                }
            forms[index].read(statement, &model, log)
        }
        return field
    }

    /// `sorry_server ADDRESS [PORT]`; what was said of another one before is forgotten.
    fileprivate static func sorryServer(
        _ name: String, _ path: any WritableKeyPath<VirtualServerBlock, Setting<RealServerBlock.Place?>> & Sendable
    ) -> Field {
        var field = Field.value(name, path, .sorryPlace)
        let read = field.read
        field.read = { statement, model, log in
            let former = model[keyPath: path].origin
            read(statement, &model, log)
            guard model[keyPath: path].origin != former else { return }
            model.$sorryForwarding = Setting(wrappedValue: nil)
            model.$sorryInhibits = Setting(wrappedValue: false)
        }
        return field
    }

    /// A keyword that counts only after `sorry_server`.
    fileprivate static func afterSorryServer(_ field: Field) -> Field {
        var later = field
        later.read = { statement, model, log in
            guard model.sorryServer != nil else {
                log.warn(
                    statement.location, "'\(field.name)' stands before or without sorry_server: ignored",
                    hint: "write it after 'sorry_server ADDRESS PORT'")
                return
            }
            field.read(statement, &model, log)
        }
        later.show = { $0.sorryServer == nil ? [] : field.show($0) }
        return later
    }
}

extension VirtualServerBlock {
    /// The address's, or `ip_family`; nil for a group or a mark without it.
    fileprivate var knownFamily: IPFamily? { addressFamily ?? family }
}
