import Wire

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
                return arguments.tunnelType().map { .tunnel($0) } ?? .mode(.tun)
            },
            json: { forwarding in
                switch forwarding {
                case .mode(.dr): .string("DR")
                case .mode(.nat): .string("NAT")
                case .mode(.tun): .string("TUN")
                case .tunnel(let type): .array((["TUN"] + type.words).map { .string($0) })
                }
            })
    }
}

extension Arguments {
    fileprivate static let tunnelSyntax = "type ipip, type gue port PORT, or type gre, and nocsum, csum or remcsum"

    /// The rest of the line after TUN: nil for IPIP, and, with a warning, for what makes no sense.
    fileprivate mutating func tunnelType() -> TunnelType? {
        var name = "ipip"
        var port: UInt16?
        var checksum: TunnelChecksum?
        while let word = take() {
            switch word {
            case "type":
                guard let type = take(), ["ipip", "gue", "gre"].contains(type) else { return distrusted("type") }
                name = type
            case "port":
                guard let number = take().flatMap(Wording.port), number > 0 else { return distrusted("port") }
                port = number
            default:
                guard let known = TunnelChecksum(rawValue: word) else { return distrusted(word) }
                checksum = known
            }
        }
        switch (name, port) {
        case ("gue", let port?): return .gue(port: port, checksum)
        case ("gre", nil): return .gre(checksum)
        case ("ipip", nil): return nil
        default: return distrusted("port")
        }
    }

    /// Says that an option is missing, wrong or out of place, and takes the rest.
    private mutating func distrusted(_ option: String) -> TunnelType? {
        warn("'\(option)' of the tunnel is not understood: plain TUN is used", hint: Self.tunnelSyntax)
        while take() != nil {}
        return nil
    }
}
