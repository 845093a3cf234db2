import CSluiceABI
import Wire

/// What the rules need of a packet, by offsets into its frame: rules 1, 2 and 4.
struct ModelPacket {
    let frame: [UInt8]
    /// Where the IP header begins; the tags end there.
    var ip = 14
    var family = IPAddress.Family.ipv4
    var source = IPAddress.v4(IPv4Address(rawValue: 0))
    var destination = IPAddress.v4(IPv4Address(rawValue: 0))
    /// Bytes of IP packet, header included, as the header claims.
    var ipLength = 0
    /// Where the upper layer begins, and its number.
    var upper = 0
    var protocolNumber: UInt8 = 0
    var isFragment = false
    /// IPv4 options or IPv6 extension headers.
    var hasOptions = false
    var hasTooManyExtensions = false
    /// An extension header does not fit in the frame.
    var isExtensionCutOff = false

    /// The IP header claims more than the frame holds.
    var isLongerThanFrame: Bool { ip + ipLength > frame.count }
    /// Where the part of the IP packet that is there ends.
    var end: Int { min(ip + ipLength, frame.count) }
    var ttl: UInt8 { frame[ip + (family == .ipv4 ? 8 : 7)] }
    var destinationMAC: [UInt8] { Array(frame[0..<6]) }
    var sourceMAC: [UInt8] { Array(frame[6..<12]) }
    /// Bytes of the upper layer, as the IP header claims.
    var upperLength: Int { ip + ipLength - upper }

    private init(_ frame: [UInt8]) { self.frame = frame }

    enum Parsed {
        case packet(ModelPacket)
        /// Not to be looked at further.
        case verdict(sluice_verdict)
    }

    static func parse(_ frame: [UInt8]) -> Parsed {
        guard frame.count >= 14 else { return .verdict(.SLUICE_PASS_TRUNCATED) }
        var packet = ModelPacket(frame)
        var type = frame.u16(at: 12)
        var tags = 0
        while type == EtherType.vlan || type == EtherType.serviceVLAN {
            if tags == Int(SLUICE_MAX_VLAN_TAGS) { return .verdict(.SLUICE_PASS_NOT_IP) }
            guard frame.count >= packet.ip + 4 else { return .verdict(.SLUICE_PASS_TRUNCATED) }
            type = frame.u16(at: packet.ip + 2)
            packet.ip += 4
            tags += 1
        }
        let isWhole: Bool
        switch type {
        case EtherType.ipv4: isWhole = packet.readIPv4()
        case EtherType.ipv6: isWhole = packet.readIPv6()
        default: return .verdict(.SLUICE_PASS_NOT_IP)
        }
        return isWhole ? .packet(packet) : .verdict(.SLUICE_PASS_TRUNCATED)
    }

    private mutating func readIPv4() -> Bool {
        guard let header = ModelIPv4(frame, at: ip, end: frame.count) else { return false }
        family = .ipv4
        source = header.source
        destination = header.destination
        ipLength = header.totalLength
        guard ipLength >= header.length else { return false }
        upper = ip + header.length
        hasOptions = header.length > 20
        protocolNumber = header.protocolNumber
        isFragment = frame.u16(at: ip + 6) & 0x3fff != 0
        return true
    }

    private mutating func readIPv6() -> Bool {
        guard frame.count - ip >= 40, frame[ip] >> 4 == 6 else { return false }
        family = .ipv6
        source = frame.address(at: ip + 8, .ipv6)
        destination = frame.address(at: ip + 24, .ipv6)
        ipLength = 40 + Int(frame.u16(at: ip + 4))
        upper = ip + 40
        protocolNumber = frame[ip + 6]
        walkExtensions()
        return true
    }

    private mutating func walkExtensions() {
        var walked = 0
        while [IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destinationOptions].contains(protocolNumber) {
            if walked == Int(SLUICE_MAX_EXTENSION_HEADERS) {
                hasTooManyExtensions = true
                return
            }
            hasOptions = true
            guard frame.count - upper >= 8, case let length = (Int(frame[upper + 1]) + 1) * 8,
                frame.count - upper >= length
            else {
                isExtensionCutOff = true
                return
            }
            protocolNumber = frame[upper]
            upper += length
            walked += 1
        }
        isFragment = protocolNumber == IPProtocol.fragment
    }
}

/// The fields of an IPv4 header that the rules speak of.
struct ModelIPv4 {
    let length: Int
    let totalLength: Int
    let protocolNumber: UInt8
    let fragmentOffset: UInt16
    let source: IPAddress
    let destination: IPAddress

    /// nil if the header is cut off before `end`, of another version, or shorter than five words.
    init?(_ bytes: [UInt8], at start: Int, end: Int) {
        guard end - start >= 20, bytes[start] >> 4 == 4, case let length = Int(bytes[start] & 0xf) * 4, length >= 20,
            end - start >= length
        else { return nil }
        self.length = length
        totalLength = Int(bytes.u16(at: start + 2))
        protocolNumber = bytes[start + 9]
        fragmentOffset = bytes.u16(at: start + 6) & 0x1fff
        source = bytes.address(at: start + 12, .ipv4)
        destination = bytes.address(at: start + 16, .ipv4)
    }
}

extension [UInt8] {
    /// The 16-bit word at an offset that is known to be inside.
    func u16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

    func address(at offset: Int, _ family: IPAddress.Family) -> IPAddress {
        guard let address = IPAddress(bytes: self[offset..<offset + family.bits / 8]) else {
            preconditionFailure("an address has 4 or 16 bytes")
        }
        return address
    }

    /// Overwrites bytes without counting them in any checksum.
    mutating func put(_ bytes: [UInt8], at offset: Int) {
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    mutating func put(word: UInt16, at offset: Int) { put([UInt8(word >> 8), UInt8(word & 0xff)], at: offset) }

    /// Overwrites bytes at an even offset and corrects the checksums at other offsets for it (RFC 1624).
    mutating func put(_ bytes: [UInt8], at offset: Int, correcting checksums: [Int]) {
        let old = Array(self[offset..<offset + bytes.count])
        put(bytes, at: offset)
        for checksum in checksums {
            put(word: InternetChecksum.updated(u16(at: checksum), replacing: old, with: bytes), at: checksum)
        }
    }
}

extension UInt16 {
    /// Network byte order.
    var bytes: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xff)] }
}
