import Wire

extension Field where Model == Configuration {
    /// `virtual_server_group NAME { ADDRESSES [PORT] ... }`.
    static func group(
        _ name: String, _ path: any WritableKeyPath<Configuration, [VirtualServerGroup]> & Sendable
    ) -> Field {
        let form = Form<VirtualServerGroup.Member>.groupMember
        return Field(
            name: name, syntax: "NAME { \(form.syntax) }", shape: KeywordShape(minimumArguments: 1, content: .values),
            read: { statement, model, log in
                var group = VirtualServerGroup(statement.argument(0) ?? "", at: statement.location)
                for line in statement.block {
                    guard let member = form.value(ofLine: line, in: name, log) else { continue }
                    group.members.append(Setting(member, from: line.location))
                }
                if statement.block.isEmpty {
                    log.warn(statement.location, "virtual_server_group '\(group.name)' is empty: skipped")
                }
                model[keyPath: path].append(group)
            },
            show: { model in
                model[keyPath: path].map { group in
                    SettingReport(
                        keyword: name, value: .string(group.name), origin: group.location,
                        children: group.members.map { form.report("", $0) })
                }
            })
    }
}

extension Form where Value == VirtualServerGroup.Member {
    /// A line of a group.
    fileprivate static var groupMember: Form {
        let syntax = "ADDRESS [PORT], A.B.C.D-E [PORT], ADDRESS-ADDRESS [PORT], ADDRESS/LENGTH [PORT] or fwmark N"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                if arguments.take("fwmark") {
                    let mark = try arguments.take("a mark, 1 to 4294967295") {
                        Wording.number($0, in: 1...0xffff_ffff).map(UInt32.init)
                    }
                    return .firewallMark(mark)
                }
                let range = try arguments.take(syntax) { AddressRange($0) }
                let port = arguments.next == nil ? 0 : try arguments.take("a port, 0 to 65535, 0 for any", Wording.port)
                return .addresses(range, port: port)
            },
            json: { member in
                switch member {
                case .addresses(let range, let port): .array([.string("\(range)"), .int(Int(port))])
                case .firewallMark(let mark): .array([.string("fwmark"), .int(Int(mark))])
                }
            })
    }
}
