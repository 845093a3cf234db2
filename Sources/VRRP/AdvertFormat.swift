import Wire

/// The limits and offsets of the wire, in one place.
///
///     VRRPv2 (RFC 3768 section 5.1)                     VRRPv3 (RFC 9568 section 5.1)
///     0: version 4 bits, type 4 bits (1)                0: version 4 bits, type 4 bits (1)
///     1: VRID                                           1: VRID
///     2: priority                                       2: priority
///     3: count of addresses                             3: count of addresses
///     4: authentication type   5: interval, seconds     4: reserved 4 bits, interval 12 bits, centiseconds
///     6: checksum                                       6: checksum
///     8: addresses                                      8: addresses
///     then 8 bytes of authentication data (IPv4)
package enum AdvertWire {
    /// VRRP header before the addresses.
    package static let headerLength = 8
    /// Authentication data behind a v2 message over IPv4.
    package static let authenticationLength = 8
    /// An IPv4 header without options.
    package static let ipv4Length = 20
    /// The authentication header (RFC 2402) with a digest of 96 bits.
    package static let authenticationHeaderLength = 24
    /// IP protocol number of the authentication header.
    package static let authenticationHeader: UInt8 = 51
    /// TTL or hop limit of every advert.
    package static let ttl: UInt8 = 255
    /// TOS or traffic class: internetwork control.
    package static let typeOfService: UInt8 = 0xc0
    /// The count is one byte.
    package static let addressLimit = 255
    /// 224.0.0.18.
    package static let ipv4Group = IPAddress.v4(IPv4Address(rawValue: 0xe000_0012))
    /// ff02::12.
    package static let ipv6Group = IPAddress.v6(IPv6Address(high: 0xff02_0000_0000_0000, low: 0x12))

    static let advertisement: UInt8 = 1

    /// Where adverts of a family go unless there are unicast peers.
    package static func group(_ family: IPAddress.Family) -> IPAddress {
        switch family {
        case .ipv4: ipv4Group
        case .ipv6: ipv6Group
        }
    }

    /// How many addresses an advert can hold on a link of this MTU (bytes of IP packet): keepalived advertises only so
    /// many of the configured ones, and so must the shell.
    package static func addressLimit(
        version: VRRPVersion, family: IPAddress.Family, authentication: Authentication, mtu: Int
    ) -> Int {
        var room = mtu - headerLength
        switch family {
        case .ipv4:
            room -= ipv4Length
            if version == .v2 { room -= authenticationLength }
            if case .header = authentication { room -= authenticationHeaderLength }
            return min(max(room / 4, 0), addressLimit)
        case .ipv6: return min(max((room - 40) / 16, 0), addressLimit)
        }
    }
}

/// v2's authentication (RFC 2338 section 5.3.6); v3 has none (requirement 45).
package enum Authentication: Hashable, Sendable {
    /// Type 0.
    case none
    /// Type 1, `auth_type PASS`: eight bytes in the clear, padded with zeros; more are cut.
    case password([UInt8])
    /// Type 2, `auth_type AH`: the key of HMAC-MD5-96, eight bytes, padded with zeros; more are cut.
    case header(key: [UInt8])

    /// On the wire.
    package var type: UInt8 {
        switch self {
        case .none: 0
        case .password: 1
        case .header: 2
        }
    }

    /// The secret as keepalived uses it: eight bytes.
    static func padded(_ secret: [UInt8]) -> [UInt8] {
        Array((secret + [UInt8](repeating: 0, count: AdvertWire.authenticationLength)).prefix(8))
    }
}

/// How a v3 checksum over IPv4 is read: RFC 9568 has the message only, RFC 5798 was read with a pseudo header, which is
/// keepalived's and tcpdump's reading. IPv6 always has the pseudo header.
package enum ChecksumReading: Hashable, Sendable, CaseIterable {
    /// Pseudo header and message.
    case pseudoHeader
    /// The message alone, as v2 (`v3_checksum_as_v2`).
    case messageOnly
    /// keepalived up to 1.3.6 between unicast peers (`old_unicast_checksum`): the pseudo header names 224.0.0.18, not
    /// the peer that the packet goes to.
    case groupPseudoHeader
}

/// HMAC-MD5 over `message` with `key`: 16 bytes. The shell has it; this module does no cryptography.
package typealias MessageDigest = @Sendable (_ key: [UInt8], _ message: [UInt8]) -> [UInt8]

/// How the adverts of one virtual router look on the wire, and what is accepted.
package struct AdvertFormat: Hashable, Sendable {
    /// VRID.
    package var routerID: UInt8
    /// Sent, and the only one accepted (requirement 18).
    package var version: VRRPVersion
    /// Of the addresses and of the packets.
    package var family: IPAddress.Family
    /// Advertised, in this order; the first 255 go out. For v3 over IPv6 the first is link-local (requirement 4).
    package var addresses: [IPAddress]
    /// See `VirtualRouterSettings.clampedInterval`.
    package var interval: Duration
    /// v2 over IPv4 only.
    package var authentication = Authentication.none
    /// What is sent for v3 over IPv4; both are accepted.
    package var checksumReading = ChecksumReading.pseudoHeader
    /// Unicast peers with the TTLs accepted from them; empty for multicast.
    package var peers: [UnicastPeer] = []
    /// TTL or hop limit of what is sent; `unicast_ttl` is for unicast peers only.
    package var sentTTL = AdvertWire.ttl
    /// `old_unicast_checksum never`: what keepalived up to 1.3.6 sends is not accepted.
    package var refusesOldUnicastChecksum = false
    /// `check_unicast_src`: only peers are listened to.
    package var checksUnicastSource = false
    /// `skip_check_adv_addr`: the list isn't compared again while the sender stays the same.
    package var skipsKnownAddressLists = false
    /// RFC 3768 section 7.1: drop an advert with another address list unless its sender is the owner. Off, as in
    /// keepalived: counted and accepted.
    package var dropsOtherAddressLists = false

    /// From what the machine knows.
    package init(_ settings: VirtualRouterSettings) {
        routerID = settings.routerID
        version = settings.version
        family = settings.addresses.first?.family ?? settings.source?.family ?? .ipv4
        addresses = Array(settings.addresses.prefix(AdvertWire.addressLimit))
        interval = settings.clampedInterval
        peers = settings.peers.map { UnicastPeer(address: $0) }
    }

    /// The interval's field: seconds (v2), centiseconds (v3).
    var intervalField: UInt16 {
        let nanoseconds = interval.nanosecondsClamped
        switch version {
        case .v2: return UInt16(min(max(nanoseconds / 1_000_000_000, 1), 255))
        case .v3: return UInt16(min(max(nanoseconds / 10_000_000, 1), 4095))
        }
    }

    /// Bytes of authentication data behind the addresses.
    var trailerLength: Int { version == .v2 && family == .ipv4 ? AdvertWire.authenticationLength : 0 }

    var addressLength: Int {
        switch family {
        case .ipv4: 4
        case .ipv6: 16
        }
    }
}

/// A configured unicast peer.
package struct UnicastPeer: Hashable, Sendable {
    /// Where adverts go, and where they come from.
    package var address: IPAddress
    /// `min_ttl` and `max_ttl`: what a packet's TTL or hop limit may be; any by default.
    package var ttl: ClosedRange<UInt8> = 0...255

    /// A peer whose packets may have any TTL.
    package init(address: IPAddress, ttl: ClosedRange<UInt8> = 0...255) {
        self.address = address
        self.ttl = ttl
    }
}
