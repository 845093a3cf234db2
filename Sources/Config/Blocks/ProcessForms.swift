import Wire

extension Form where Value == InterfaceDelays {
    /// A line of `interface_up_down_delays`: one time is for both ways.
    static var interfaceDelays: Form {
        let syntax = "INTERFACE DOWN [UP], seconds, 0 to 255"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let interface = try arguments.takeInterface()
                let down = try arguments.take(syntax) { Wording.timer($0, in: 0...255) }
                let up = arguments.next == nil ? down : try arguments.take(syntax) { Wording.timer($0, in: 0...255) }
                return InterfaceDelays(interface: interface, down: down, up: up)
            },
            json: { .array([.string($0.interface), .double($0.down), .double($0.up)]) })
    }
}

extension Form where Value == [String] {
    /// A line of `linkbeat_interfaces`.
    static var linkbeatInterface: Form {
        let syntax = "INTERFACE [MII|ETHTOOL|IOCTL]"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let interface = try arguments.takeInterface()
                guard arguments.next != nil else { return [interface] }
                return [
                    interface,
                    try arguments.take("MII, ETHTOOL or IOCTL") {
                        ["MII", "ETHTOOL", "IOCTL"].contains($0.uppercased()) ? $0 : nil
                    },
                ]
            },
            json: { .array($0.map { .string($0) }) })
    }
}
