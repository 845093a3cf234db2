import Wire

// What routes and rules have in common: how their values are taken from a line.

extension Arguments {
    /// Takes a prefix, or an address for itself; nil for all of either family. A length that is too great is that of the
    /// whole address, as in keepalived.
    mutating func takePrefix(_ expected: String, _ family: inout FamilyAgreement) throws(Misfit) -> Prefix? {
        if let word = next, ["default", "any", "all"].contains(word) {
            _ = take()
            return nil
        }
        if take("default6") {
            try family.agree(.ipv6, self)
            return Prefix(.v6(IPv6Address(high: 0, low: 0)), length: 0)
        }
        let word = next ?? ""
        let prefix = try take(expected) { Prefix($0) ?? Self.clampedPrefix($0) }
        if Prefix(word) == nil { warn("'\(word)' has too many bits: \(prefix) is used") }
        try family.agree(prefix.address.family, self)
        return prefix
    }

    private static func clampedPrefix(_ word: String) -> Prefix? {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Wording.number(String(parts[1]), in: 0...Int(UInt32.max)) != nil,
            let address = IPAddress(parts[0])
        else { return nil }
        return Prefix(address, length: address.family.bits)
    }

    /// Takes an address of the line's family.
    mutating func takeAddress(_ expected: String, _ family: inout FamilyAgreement) throws(Misfit) -> IPAddress {
        let address = try take(expected) { IPAddress($0) }
        try family.agree(address.family, self)
        return address
    }

    mutating func takeInterface() throws(Misfit) -> String {
        try take("an interface's name, 1 to 15 bytes") { Wording.isInterfaceName($0) ? $0 : nil }
    }

    mutating func takeTable(from lowest: UInt32 = 0) throws(Misfit) -> RoutingName {
        try take("a routing table, by number or name") {
            RoutingName($0, in: lowest...UInt32.max, names: RoutingName.tables)
        }
    }

    mutating func takeTOS() throws(Misfit) -> RoutingName {
        try take("a TOS, 0 to 255, or a name such as AF11") {
            RoutingName($0, in: 0...255, names: RoutingName.codePoints)
        }
    }

    mutating func takeRealms() throws(Misfit) -> RouteRealms {
        try take("[FROM/]TO, each 0 to 65535 or a name") { RouteRealms($0) }
    }

    /// Takes a decimal number.
    mutating func takeNumber(_ range: ClosedRange<UInt32>) throws(Misfit) -> UInt32 {
        try take("a number, \(range.lowerBound) to \(range.upperBound)") {
            Wording.integer($0, in: Int(range.lowerBound)...Int(range.upperBound)).map(UInt32.init)
        }
    }
}

/// That all addresses of a line are of one family.
struct FamilyAgreement {
    private(set) var family: IPAddress.Family?

    /// Notes that the word just taken is of a family.
    mutating func agree(_ other: IPAddress.Family, _ arguments: Arguments) throws(Misfit) {
        guard family == nil || family == other else {
            throw Misfit(
                index: arguments.taken - 1, expected: "the line is IPv\(family == .ipv4 ? "4" : "6") up to here")
        }
        family = other
    }
}

extension RouteRealms {
    init?(_ word: String) {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let last = parts.last, let to = RoutingName(last, in: 0...65_535, names: ["cosmos": 0]) else {
            return nil
        }
        self.to = to
        guard parts.count == 2 else { return }
        guard let from = RoutingName(parts[0], in: 0...65_535, names: ["cosmos": 0]) else { return nil }
        self.from = from
    }
}

extension RouteRealms: CustomStringConvertible {
    /// As in the file.
    package var description: String { from.map { "\($0)/\(to)" } ?? "\(to)" }
}
