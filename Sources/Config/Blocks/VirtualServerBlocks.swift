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
            .schedulerFlag("sh-port", \.$hashesPort, of: .sh),
            .schedulerFlag("sh-fallback", \.$fallback, of: .sh),
            .schedulerFlag("mh-port", \.$hashesPort, of: .mh),
            .schedulerFlag("mh-fallback", \.$fallback, of: .mh),
            .synonym("flag-1", of: .value("flag-1", \.$fallback, .nothing)),
            .synonym("flag-2", of: .value("flag-2", \.$hashesPort, .nothing)),
            .flag("sluice_stateless", \.$stateless),
            .value("sluice_removed_server", \.$removedServer, .choice),
            .value("sluice_midstream", \.$midstream, .choice),
            .blocks("real_server", \.realServers, RealServerBlock.block, head: RealServerBlock.head),
        ])

    /// `ADDRESS [PORT]`, `group NAME` or `fwmark N`.
    static let head = Form<VirtualServerBlock>(
        syntax: "ADDRESS [PORT], group NAME or fwmark N",
        parse: { (arguments) throws(Misfit) in
            let location = arguments.statement.location
            if arguments.take("group") {
                let name = try arguments.take("the group's name") { $0 }
                return VirtualServerBlock(.group(name), at: location)
            }
            if arguments.take("fwmark") {
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

extension RealServerBlock {
    /// `real_server`.
    static let block = Block<RealServerBlock>(
        "real_server",
        [
            .value("weight", \.$weight, .weight(0...2_147_483_647)),
            .value("lvs_method", \.$forwarding, .forwarding),
        ])

    /// `ADDRESS [PORT]`.
    static let head = Form<RealServerBlock>(
        syntax: "ADDRESS [PORT]",
        parse: { (arguments) throws(Misfit) in
            let address = try arguments.take("ADDRESS [PORT]") { IPAddress($0) }
            let port = arguments.next == nil ? 0 : try arguments.take("a port, 1 to 65535", Wording.port)
            return RealServerBlock(
                Place(address: address, port: port == 0 ? nil : port), at: arguments.statement.location)
        },
        json: { .array([.string("\($0.place.address)")] + ($0.place.port.map { [.int(Int($0))] } ?? [])) })
}

extension Arguments {
    /// A service's address; of a range only the first, with a warning.
    fileprivate mutating func address() throws(Misfit) -> IPAddress {
        let range = try take("ADDRESS [PORT], group NAME or fwmark N") { AddressRange($0) }
        if range.count > 1 {
            warn("it is a range: only \(range.first) is served", hint: "ranges belong in a virtual_server_group")
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

extension Form where Value == UInt32 {
    /// A real server's weight.
    static func weight(_ range: ClosedRange<Int>) -> Form {
        Form<Int>.integer(range).map({ UInt32($0) }, back: { Int($0) })
    }
}

extension Form where Value == WrittenForwarding {
    /// A method, and the tunnel's type.
    static var forwarding: Form {
        Form(
            syntax: "NAT, DR or TUN, in capitals",
            parse: { (arguments) throws(Misfit) in
                let method = try arguments.take("NAT, DR or TUN, in capitals") {
                    ["NAT", "DR", "TUN"].contains($0) ? $0 : nil
                }
                guard method == "TUN" else { return .mode(method == "DR" ? .dr : .nat) }
                var options: [String] = []
                while let word = arguments.take() { options.append(word) }
                return options.isEmpty || options == ["type", "ipip"] ? .mode(.tun) : .tunnel(options)
            },
            json: { forwarding in
                switch forwarding {
                case .mode(.dr): .string("DR")
                case .mode(.nat): .string("NAT")
                case .mode(.tun): .string("TUN")
                case .tunnel(let options): .array((["TUN"] + options).map { .string($0) })
                }
            })
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
