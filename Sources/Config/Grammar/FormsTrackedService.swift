import Wire

extension Form where Value == TrackedService {
    /// `VIP PORT [tcp|udp] [weight WEIGHT [reverse]]`. A line of its own, not a block: keepalived skips a line that it
    /// doesn't know, but takes the lines of such a block for the outer one's and then loses what follows.
    static var trackedService: Form {
        let syntax = "VIP PORT [tcp|udp] [weight WEIGHT [reverse]], a weight from -253 to 253"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                let address = try arguments.take(syntax) { IPAddress($0) }
                let port = try arguments.take(syntax) { Wording.integer($0, in: 0...65_535).map { UInt16($0) } }
                var service = TrackedService(name: ServiceName(address: address, port: port, transport: .tcp))
                if let word = arguments.next?.lowercased(), let transport = TransportProtocol(word: word) {
                    _ = arguments.take()
                    service.name.transport = transport
                }
                guard arguments.next != nil else { return service }
                guard arguments.take("weight") else { throw arguments.misfit(syntax) }
                let value = try arguments.take(syntax) { Wording.integer($0, in: -253...253) }
                service.weight = TrackWeight(value: value, isReversed: arguments.take("reverse"))
                return service
            },
            json: { service in
                let name = service.name
                var words: [JSON] = [
                    .string("\(name.address)"), .int(Int(name.port)), .string(name.transport.word),
                ]
                if let weight = service.weight {
                    words += [.string("weight"), .int(weight.value)] + (weight.isReversed ? [.string("reverse")] : [])
                }
                return .array(words)
            })
    }
}

extension TransportProtocol {
    fileprivate init?(word: String) {
        guard let found = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = found
    }

    fileprivate var word: String {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        }
    }
}
