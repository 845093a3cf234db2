import Wire

extension Form where Value == SyncDaemon {
    /// `lvs_sync_daemon`.
    static var syncDaemon: Form {
        Form(
            syntax: "INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]",
            minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                let interface = try arguments.take("an interface's name, 1 to 15 bytes") {
                    Wording.isInterfaceName($0) ? $0 : nil
                }
                var daemon = SyncDaemon(interface: interface)
                while let word = arguments.take() { daemon.read(word, from: &arguments) }
                return daemon
            },
            json: { daemon in
                var words: [JSON] = [.string(daemon.interface)]
                if let instance = daemon.instance { words += [.string("inst"), .string(instance)] }
                if let id = daemon.id { words += [.string("id"), .int(Int(id))] }
                if let length = daemon.maximumLength { words += [.string("maxlen"), .int(length)] }
                words += [.string("port"), .int(Int(daemon.port)), .string("ttl"), .int(Int(daemon.ttl))]
                return .array(words + [.string("group"), .string("\(daemon.group)")])
            })
    }
}

extension SyncDaemon {
    /// Reads an option and its value; what is wrong is left out with a warning.
    fileprivate mutating func read(_ option: String, from arguments: inout Arguments) {
        let index = arguments.taken
        switch option {
        case "inst": if let name = arguments.take() { instance = name } else { Self.lacks(option, arguments) }
        case "id": Self.set(&id, Self.value(of: option, 0...255, &arguments).map(UInt8.init))
        case "maxlen": Self.set(&maximumLength, Self.value(of: option, 1...65_507, &arguments))
        case "port": port = Self.value(of: option, 1...65_535, &arguments).map(UInt16.init) ?? port
        case "ttl": ttl = Self.value(of: option, 1...255, &arguments).map(UInt8.init) ?? ttl
        case "group": readGroup(from: &arguments)
        // `INTERFACE INSTANCE [ID]`, as it was once written.
        case _ where index == 2: instance = option
        case _ where index == 3 && Wording.number(option, in: 0...255) != nil: id = UInt8(option)
        default: arguments.warn("'\(option)' is no option of lvs_sync_daemon: ignored")
        }
    }

    private mutating func readGroup(from arguments: inout Arguments) {
        guard let word = arguments.take() else { return Self.lacks("group", arguments) }
        guard let address = IPAddress(word), address.isMulticastGroup else {
            return arguments.warn("'\(word)' is no multicast address: ignored")
        }
        group = address
    }

    private static func set<Value>(_ target: inout Value?, _ value: Value?) {
        if let value { target = value }
    }

    private static func value(of option: String, _ range: ClosedRange<Int>, _ arguments: inout Arguments) -> Int? {
        guard let word = arguments.take() else {
            lacks(option, arguments)
            return nil
        }
        if let value = Wording.integer(word, in: range) { return value }
        arguments.warn(
            "'\(word)' is not valid for '\(option)' of lvs_sync_daemon: ignored",
            hint: "\(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    private static func lacks(_ option: String, _ arguments: Arguments) {
        arguments.warn("'\(option)' of lvs_sync_daemon lacks a value: ignored")
    }
}

extension IPAddress {
    /// Whether it is a multicast address.
    var isMulticastGroup: Bool {
        switch self {
        case .v4(let address): address.rawValue >> 28 == 0xe
        case .v6(let address): address.high >> 56 == 0xff
        }
    }
}
