import Wire

extension BFDInstance {
    /// `bfd_instance`.
    static let block = Block<BFDInstance>(
        "bfd_instance",
        [
            .value("neighbor_ip", \.$neighborIP, .address),
            .synonym("neighbour_ip", of: .value("neighbor_ip", \.$neighborIP, .address)),
            .value("source_ip", \.$sourceIP, .address),
            .value("min_rx", \.$minRx, .milliseconds(from: 1, sensible: 1_000)),
            .value("min_tx", \.$minTx, .milliseconds(from: 1, sensible: 1_000)),
            .value("idle_tx", \.$idleTx, .milliseconds(from: 1_000, sensible: 10_000)),
            .value("multiplier", \.$multiplier, .integer(1...255)),
            .value("passive", \.$passive, .nothing),
            .value("ttl", \.$ttl, .integer(1...255)),
            .synonym("hoplimit", of: .value("ttl", \.$ttl, .integer(1...255))),
            .value("max_hops", \.$maxHops, .integer(-1...255)),
            .value("multihop", \.$multihop, .flag),
            .value("weight", \.$weight, .bfdWeight),
            .value("vrrp", \.$vrrp, .nothing),
            .value("checker", \.$checker, .nothing),
        ])

    /// `NAME`.
    static let head = Form<BFDInstance>(
        syntax: "NAME",
        parse: { (arguments) throws(Misfit) in
            let name = try arguments.take("a name, 1 to \(longestName) bytes") {
                (1...longestName).contains($0.utf8.count) ? $0 : nil
            }
            return BFDInstance(name, at: arguments.statement.location)
        },
        json: { .string($0.name) })
}

extension Form where Value == Double {
    /// Milliseconds with up to three digits after the point; more than is sensible is taken with a warning.
    fileprivate static func milliseconds(from lowest: Double, sensible: Double) -> Form {
        let range = lowest...4_294_967.0
        let syntax = "milliseconds, \(Wording.text(range.lowerBound)) to \(Wording.text(range.upperBound))"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let written = try arguments.take(syntax) { Wording.timer($0, in: range) }
                let time = (written * 1_000).rounded(.down) / 1_000
                if time != written {
                    arguments.warn("digits beyond the third do not count: \(Wording.text(time)) ms is used")
                }
                if time > sensible {
                    arguments.warn("\(Wording.text(time)) ms is longer than makes sense for BFD, but used")
                }
                return time
            },
            json: Form.seconds(0...1).json)
    }
}

extension Form where Value == BFDWeight {
    fileprivate static var bfdWeight: Form {
        let syntax = "-253 to 253 [reverse]"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let value = try arguments.take(syntax) { Wording.integer($0, in: -253...253) }
                return BFDWeight(value: value, isReversed: arguments.take("reverse"))
            },
            json: { weight in
                weight.isReversed ? .array([.int(weight.value), .string("reverse")]) : .int(weight.value)
            })
    }
}
