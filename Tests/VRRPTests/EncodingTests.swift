import Testing
import Wire

@testable import VRRP

/// Requirements 1 to 5, 24 and 45: what goes out.
@Suite struct EncodingTests {
    @Test func r1_protocol112TTL255PrecedenceAndNoDontFragment() throws {
        var link = Link.v3()
        let header = try #require(Frame.dissectIP(try link.packet()).first(IPv4.self))
        #expect(header.protocolNumber == 112)
        #expect(header.ttl == 255)
        #expect(header.tos == 0xc0)
        #expect(!header.dontFragment)
        #expect(header.source.description == "10.99.0.1")
        #expect(header.destination.description == "224.0.0.18")
        #expect(AdvertWire.group(.ipv6).description == "ff02::12")
        #expect(InternetChecksum.of(try link.packet().prefix(20)) == 0)
    }

    @Test func r2_sizesAndFirstBytes() throws {
        var v2 = Link.v2()
        #expect(try v2.packet(priority: 7).prefix(26).suffix(6) == [0x21, 51, 7, 1, 0, 1])
        #expect(try v2.packet().count == 40)
        var v3 = Link.v3()
        #expect(try v3.packet(priority: 7).prefix(26).suffix(6) == [0x31, 51, 7, 1, 0, 100])
        #expect(try v3.packet().count == 32)
        var v6 = Link.v3IPv6()
        #expect(try v6.packet().count == 40)
    }

    @Test func r3_theSentChecksumReadingIsConfigurable() throws {
        for reading in [ChecksumReading.pseudoHeader, .messageOnly] {
            var link = Link.v3()
            link.sender.format.checksumReading = reading
            let packet = try link.packet()
            let message = Array(packet[20...])
            let pseudo = PseudoHeader(
                source: link.source, destination: link.destination, protocolNumber: 112, length: message.count)
            if reading == .messageOnly {
                #expect(InternetChecksum.of(message) == 0)
            } else {
                #expect(InternetChecksum.of(message, behind: pseudo) == 0)
            }
            // Requirement 3: both are accepted, and remembered.
            #expect(try link.receive(packet).checksumReading == reading)
            #expect(link.receiver.reading(of: link.source) == reading)
            #expect(link.receiver.reading(of: Rig.higher) == nil)
        }
    }

    @Test func r3_v2SumsTheMessageAndItsAuthenticationData() throws {
        var link = Link.v2(.password(Array("abc".utf8)))
        #expect(InternetChecksum.of(Array(try link.packet()[20...])) == 0)
        var packet = try link.packet()
        packet[39] ^= 1
        #expect(link.failure(of: packet) == .checksum)
    }

    @Test func r4_addressesInTheirOrderAndAtMost255() throws {
        var settings = Rig.settings()
        settings.addresses = (0..<300).map { .v4(IPv4Address(rawValue: 0x0a63_0100 + UInt32($0 % 250))) }
        var link = Link(AdvertFormat(settings))
        let packet = try link.packet()
        #expect(packet[23] == 255)
        #expect(packet.count == 20 + 8 + 4 * 255)
        #expect(packet[28..<36] == [10, 99, 1, 0, 10, 99, 1, 1])
        #expect(try !link.receive(packet).hasOtherAddresses)
    }

    @Test func r4_whatFitsIntoALink() {
        let limit = { (version: VRRPVersion, family: IPAddress.Family, authentication: Authentication) in
            AdvertWire.addressLimit(version: version, family: family, authentication: authentication, mtu: 576)
        }
        #expect(limit(.v3, .ipv4, .none) == 137)
        #expect(limit(.v2, .ipv4, .none) == 135)
        #expect(limit(.v2, .ipv4, .header(key: [])) == 129)
        #expect(limit(.v3, .ipv6, .none) == 33)
        #expect(AdvertWire.addressLimit(version: .v3, family: .ipv4, authentication: .none, mtu: 9000) == 255)
        #expect(AdvertWire.addressLimit(version: .v3, family: .ipv6, authentication: .none, mtu: 0) == 0)
    }

    @Test func r5_passwordIsPaddedAndCut() throws {
        var short = Link.v2(.password(Array("abc".utf8)))
        #expect(try Array(short.packet().suffix(8)) == Array("abc".utf8) + [0, 0, 0, 0, 0])
        var long = Link.v2(.password(Array("0123456789".utf8)))
        #expect(try Array(long.packet().suffix(8)) == Array("01234567".utf8))
        #expect(long.failure(of: try long.packet()) == nil)
        var none = Link.v2()
        #expect(try Array(none.packet().suffix(8)) == [UInt8](repeating: 0, count: 8))
    }

    @Test func r5_authenticationHeaderHasSourceAsSPIAndCounts() throws {
        var link = Link.v2(.header(key: Array("secret12".utf8)))
        _ = try link.packet()
        let packet = try link.packet()
        #expect(packet[9] == 51)
        #expect(packet[20..<32] == [112, 4, 0, 0, 10, 99, 0, 1, 0, 0, 0, 2])
        #expect(packet.count == 64)
        var without = AdvertCodec(link.sender.format)
        var buffer: [UInt8] = []
        #expect(throws: AdvertCodec.EncodingFailure.noDigest) {
            try without.encode(priority: 1, source: Rig.own, destination: Rig.lower, into: &buffer)
        }
    }

    @Test func r24_intervalsAreLimitedToTheirFields() throws {
        let intervals: [(VRRPVersion, Duration, Duration)] = [
            (.v2, .milliseconds(10), .seconds(1)), (.v2, .seconds(1000), .seconds(255)),
            (.v3, .milliseconds(1), .milliseconds(10)), (.v3, .seconds(60), .milliseconds(40950)),
            (.v3, .milliseconds(257), .milliseconds(250)),
        ]
        for (version, asked, sent) in intervals {
            let settings = Rig.settings(version: version, interval: asked)
            #expect(settings.clampedInterval == sent)
            var link = Link(AdvertFormat(settings))
            #expect(try link.receive(try link.packet()).advert.interval == sent)
        }
    }

    @Test func r45_v3HasNoAuthentication() throws {
        var link = Link.v3()
        link.sender.format.authentication = .password(Array("secret12".utf8))
        #expect(try link.packet().count == 32)
        #expect(link.failure(of: try link.packet()) == nil)
    }

    @Test func aMixOfFamiliesIsRefused() {
        var codec = AdvertCodec(AdvertFormat(Rig.settings()))
        var buffer: [UInt8] = []
        #expect(throws: AdvertCodec.EncodingFailure.family) {
            try codec.encode(priority: 1, source: Rig.address("fe80::1"), destination: Rig.own, into: &buffer)
        }
    }
}
