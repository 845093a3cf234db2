import Testing
import Wire

@testable import VRRP

/// Requirements 6 to 19: what is dropped, and what it is counted as.
@Suite struct ReceivingTests {
    @Test func r6_otherTTLs() throws {
        var link = Link.v3()
        var packet = try link.packet()
        packet[8] = 254
        #expect(link.failure(of: packet) == .ttl)
        var v6 = Link.v3IPv6()
        #expect(v6.failure(of: try v6.packet(), hopLimit: 254) == .ttl)
        #expect(v6.failure(of: try v6.packet(), hopLimit: nil) == .ttl)
        #expect(v6.failure(of: try v6.packet()) == nil)
    }

    @Test func r7_r18_otherVersions() throws {
        var v2 = Link.v2()
        var v3 = Link.v3()
        #expect(v3.failure(of: try v2.packet()) == .version)
        #expect(v2.failure(of: try v3.packet()) == .version)
        #expect(v3.failure(of: try v3.spoiled([0: 0x41])) == .version)
    }

    @Test func r8_otherTypes() throws {
        var link = Link.v3()
        #expect(link.failure(of: try link.spoiled([0: 0x32])) == .type)
    }

    @Test func r9_tooShortTooLongAndPadding() throws {
        for var link in Link.all() {
            let packet = try link.packet()
            #expect(link.failure(of: Array(packet.dropLast())) == .packetLength)
            guard link.receiver.format.family == .ipv4 else { continue }
            // Padding of the link layer lies behind the total length.
            #expect(link.failure(of: packet + [UInt8](repeating: 0, count: 14)) == nil)
            var long = try link.packet() + [0, 0, 0, 0]
            long[3] += 4
            #expect(link.failure(of: long) == .packetLength)
        }
        var link = Link.v3()
        #expect(link.failure(of: try link.spoiled([3: 2])) == .packetLength)
        #expect(link.failure(of: try link.spoiled([3: 0])) == .packetLength)
        #expect(link.failure(of: []) == .packetLength)
    }

    @Test func r10_checksum() throws {
        for var link in Link.all() {
            var packet = try link.packet()
            packet[link.start + 2] ^= 0x10
            #expect(link.failure(of: packet) == .checksum)
        }
    }

    @Test func r11_otherRouters() throws {
        var link = Link.v3()
        #expect(link.failure(of: try link.spoiled([1: 52])) == .routerID)
        let packet = try link.spoiled([1: 52])
        let envelope = try AdvertEnvelope(ipv4: packet.span)
        #expect(envelope.routerID(in: packet.span) == 52)
    }

    @Test func r12_v2DropsOtherIntervalsV3TakesThem() throws {
        var v2 = Link.v2()
        #expect(v2.failure(of: try v2.spoiled([5: 2])) == .advertInterval)
        var v3 = Link.v3()
        #expect(try v3.receive(try v3.spoiled([5: 25])).advert.interval == .milliseconds(250))
        #expect(v3.failure(of: try v3.spoiled([4: 0xf0, 5: 0])) == .advertInterval)
    }

    @Test func r13_authentication() throws {
        let secret = Array("secret12".utf8)
        var none = Link.v2()
        var pass = Link.v2(.password(secret))
        var other = Link.v2(.password(Array("secret13".utf8)))
        var header = Link.v2(.header(key: secret))
        #expect(none.failure(of: try pass.packet()) == .authTypeMismatch)
        #expect(pass.failure(of: try none.packet()) == .authTypeMismatch)
        #expect(pass.failure(of: try header.packet()) == .authTypeMismatch)
        #expect(header.failure(of: try pass.packet()) == .authTypeMismatch)
        #expect(pass.failure(of: try other.packet()) == .authFailure)
        #expect(none.failure(of: try none.spoiled([4: 3])) == .invalidAuthType)
    }

    @Test func r13_authenticationHeader() throws {
        let secret = Array("secret12".utf8)
        var link = Link.v2(.header(key: secret))
        let first = try link.packet()
        #expect(link.failure(of: first) == nil)
        #expect(link.failure(of: first) == .authFailure, "the same sequence number again")
        var wrong = try link.packet()
        wrong[35] ^= 1
        #expect(link.failure(of: wrong) == .authFailure)
        var spi = try link.packet()
        spi[27] ^= 1
        #expect(link.failure(of: spi) == .authFailure)
        var key = Link.v2(.header(key: Array("secret13".utf8)))
        for _ in 0..<9 { _ = try key.packet() }
        #expect(link.failure(of: try key.packet()) == .authFailure)
        #expect(link.failure(of: try link.packet()) == nil)
        // What takes the role over goes on from the number that it heard.
        #expect(link.receiver.sequence == 4)
    }

    @Test func r14_otherAddressesAreCountedAndTakenOrDropped() throws {
        var link = Link.v2()
        let packet = try link.spoiled([11: 9])
        #expect(try link.receive(packet).hasOtherAddresses)
        link.receiver.format.dropsOtherAddressLists = true
        #expect(link.failure(of: packet) == .addressList)
        #expect(try link.receive(try link.spoiled([2: 255, 11: 9])).hasOtherAddresses, "the owner may")
        #expect(link.failure(of: try link.packet()) == nil)
    }

    @Test func r14_knownSendersAreNotCheckedAgain() throws {
        var link = Link.v2()
        link.receiver.format.skipsKnownAddressLists = true
        #expect(try link.receive(try link.spoiled([11: 9])).hasOtherAddresses)
        #expect(try !link.receive(try link.packet()).hasOtherAddresses)
        #expect(try !link.receive(try link.spoiled([11: 9])).hasOtherAddresses)
    }

    @Test func r15_ownPackets() throws {
        var link = Link.v3()
        #expect(link.failure(of: try link.packet(), own: link.source) == .own)
    }

    @Test func r17_reservedBitsAreIgnored() throws {
        var link = Link.v3()
        #expect(try link.receive(try link.spoiled([4: 0xf0])).advert.interval == .seconds(1))
    }

    @Test func r19_unicastAndMulticast() throws {
        var unicast = Link.v3()
        unicast.receiver.format.peers = [UnicastPeer(address: Rig.lower, ttl: 64...255)]
        #expect(unicast.failure(of: try unicast.packet()) == .destination)
        unicast.destination = Rig.own
        #expect(unicast.failure(of: try unicast.packet()) == nil)
        var far = try unicast.packet()
        far[8] = 64
        #expect(unicast.failure(of: far) == nil)
        far[8] = 63
        #expect(unicast.failure(of: far) == .ttl)
        unicast.source = Rig.higher
        #expect(unicast.failure(of: try unicast.packet()) == nil)
        unicast.receiver.format.checksUnicastSource = true
        #expect(unicast.failure(of: try unicast.packet()) == .unknownPeer)
        var multicast = Link.v3()
        multicast.destination = Rig.own
        #expect(multicast.failure(of: try multicast.packet()) == .destination)
    }

    @Test func everyFailureHasItsOwnCounter() {
        var statistics = Statistics()
        for failure in AdvertFailure.allCases {
            for _ in 0...failure.rawValue { statistics.countDrop(failure) }
        }
        for failure in AdvertFailure.allCases {
            #expect(statistics.dropped(failure) == UInt64(failure.rawValue) + 1)
        }
    }
}
