package import BPF
internal import CSluiceABI
package import Wire

/// The decapsulating XDP program of a real server, loaded, with its maps; not attached anywhere by itself.
package struct DecapProgram: Sendable {
    /// The XDP program.
    package let program: Program
    /// Outer destinations: this machine's own addresses.
    package let addresses: DecapAddressSet
    /// Inner destinations.
    package let vips: DecapAddressSet
    let counterMap: Map

    /// The maps' names in the object, which are those of their pins too.
    static let addressesName = "decap_addresses"
    static let vipsName = "decap_vips"
    static let countersName = "decap_counters"

    /// Loads the program.
    ///
    /// - Parameter maps: loaded ones to use instead of new ones.
    package init(reusing maps: DecapProgram.Maps? = nil) throws(BPFError) {
        let object = try Object(base64: decapObjectBase64, name: "decap")
        if let maps {
            try object.reuse(maps.addresses, asMap: Self.addressesName)
            try object.reuse(maps.vips, asMap: Self.vipsName)
            try object.reuse(maps.counters, asMap: Self.countersName)
        }
        try object.load()
        program = try object.program("sluice_decap")
        addresses = DecapAddressSet(map: try object.map(Self.addressesName))
        vips = DecapAddressSet(map: try object.map(Self.vipsName))
        counterMap = try object.map(Self.countersName)
    }

    /// The maps of a loaded program.
    package struct Maps: Sendable {
        let addresses: Map
        let vips: Map
        let counters: Map
    }

    /// Its maps, for another program to reuse.
    package var maps: Maps { Maps(addresses: addresses.map, vips: vips.map, counters: counterMap) }

    /// Packets by verdict since the maps were made, all processors together.
    package func counters() throws(BPFError) -> DecapCounters { try DecapCounters(counterMap) }
}

/// A set of addresses in a map of the kernel.
package struct DecapAddressSet: Sendable {
    let map: Map

    /// What an assignment added and removed.
    package struct Change: Hashable, Sendable {
        /// Not there before.
        package var added: Set<IPAddress> = []
        /// Not there any more.
        package var removed: Set<IPAddress> = []
    }

    /// Reads the set.
    package func read() throws(BPFError) -> Set<IPAddress> {
        Set(try map.keys(as: sluice_decap_address.self).compactMap(IPAddress.init(decap:)))
    }

    /// Makes the set these addresses, adding before removing, and leaving alone what stays.
    @discardableResult
    package func assign(_ wanted: Set<IPAddress>) throws(BPFError) -> Change {
        let present = try read()
        let change = Change(added: wanted.subtracting(present), removed: present.subtracting(wanted))
        for address in change.added { try map.update(sluice_decap_address(address), UInt8(1)) }
        for address in change.removed { try map.remove(sluice_decap_address(address)) }
        return change
    }
}

/// Packets that the program met, by what it did.
package struct DecapCounters: Hashable, Sendable {
    /// The outer header was taken off.
    package var stripped: UInt64 = 0
    /// Passed: not IP in IP.
    package var notTunnel: UInt64 = 0
    /// Passed: the outer destination is not in `addresses`.
    package var notOurs: UInt64 = 0
    /// Passed: the inner destination is not in `vips`.
    package var notVIP: UInt64 = 0
    /// Passed: the outer packet is a fragment.
    package var fragment: UInt64 = 0
    /// Passed: lengths or the outer checksum are wrong.
    package var malformed: UInt64 = 0
    /// Dropped: marked for congestion though the inner sender does not know of that (RFC 6040).
    package var droppedECN: UInt64 = 0

    /// All zero.
    package init() {}

    init(_ map: Map) throws(BPFError) {
        for cpu in try map.lookupPerCPU(UInt32(0), as: sluice_decap_counters.self) ?? [] {
            withUnsafeBytes(of: cpu) { bytes in
                for index in 0..<sluice_decap_verdict.SLUICE_DECAP_VERDICT_COUNT.rawValue {
                    let value = bytes.load(fromByteOffset: Int(index) * 8, as: UInt64.self)
                    guard let field = sluice_decap_verdict(rawValue: index).flatMap(Self.field) else { continue }
                    self[keyPath: field] += value
                }
            }
        }
    }

    private static func field(_ verdict: sluice_decap_verdict) -> WritableKeyPath<DecapCounters, UInt64>? {
        switch verdict {
        case .SLUICE_DECAP_STRIPPED: \.stripped
        case .SLUICE_DECAP_PASS_NOT_TUNNEL: \.notTunnel
        case .SLUICE_DECAP_PASS_NOT_OURS: \.notOurs
        case .SLUICE_DECAP_PASS_NOT_VIP: \.notVIP
        case .SLUICE_DECAP_PASS_FRAGMENT: \.fragment
        case .SLUICE_DECAP_PASS_MALFORMED: \.malformed
        case .SLUICE_DECAP_DROP_ECN: \.droppedECN
        case .SLUICE_DECAP_VERDICT_COUNT: nil
        }
    }
}

extension sluice_decap_address {
    init(_ address: IPAddress) {
        self.init()
        family = UInt32(address.family.rawValue)
        let bytes = address.bytes
        withUnsafeMutableBytes(of: &self.address) { $0[(16 - bytes.count)...].copyBytes(from: bytes) }
    }
}

extension IPAddress {
    /// nil if the family is neither 4 nor 6.
    init?(decap key: sluice_decap_address) {
        guard let family = UInt8(exactly: key.family).flatMap(Family.init(rawValue:)) else { return nil }
        let bytes = withUnsafeBytes(of: key.address) { Array($0) }
        switch family {
        case .ipv4: self.init(bytes: bytes[12...])
        case .ipv6: self.init(bytes: bytes)
        }
    }
}
