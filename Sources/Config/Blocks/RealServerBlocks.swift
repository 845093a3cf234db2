import Wire

extension RealServerBlock {
    /// `real_server`.
    static let block = Block<RealServerBlock>(
        "real_server",
        [
            .value("weight", \.$weight, .weight(0...2_147_483_647)),
            .value("lvs_method", \.$forwarding, .forwarding),
            .value("inhibit_on_failure", \.$inhibitsOnFailure, .flag),
            .value("uthreshold", \.$upperThreshold, .weight(0...0xffff_ffff)),
            .value("lthreshold", \.$lowerThreshold, .weight(0...0xffff_ffff)),
            .value("virtualhost", \.$virtualHost, .optionalWord("a host's name")),
            .value("smtp_alert", \.$mailsAlerts, .flag),
            .once("notify_up", \.$notifyUp, .script.needing(1)),
            .once("notify_down", \.$notifyDown, .script.needing(1)),
            .unused("snmp_name", .optionalWord("a name"), .snmp),
        ] + Field.part(\.timing, CheckTiming.inherited(alpha: .flag)) + Checker.fields)

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

extension Form where Value == RealServerBlock.Place {
    /// `ADDRESS [PORT]` of a sorry server, whose port can't be 0.
    static var sorryPlace: Form {
        Form(
            syntax: "ADDRESS [PORT]",
            parse: { (arguments) throws(Misfit) in
                let address = try arguments.take("ADDRESS [PORT]") { IPAddress($0) }
                if arguments.next == nil { return RealServerBlock.Place(address: address) }
                let port = try arguments.take("a port, 1 to 65535") { Wording.port($0).flatMap { $0 == 0 ? nil : $0 } }
                return RealServerBlock.Place(address: address, port: port)
            },
            json: { .array([.string("\($0.address)")] + ($0.port.map { [.int(Int($0))] } ?? [])) })
    }
}
