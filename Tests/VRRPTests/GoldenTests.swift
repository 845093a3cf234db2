import Testing
import Wire

@testable import VRRP

/// What keepalived sent, read and written again byte for byte.
@Suite struct GoldenTests {
    /// The virtual routers of the capture, by VRID.
    static func codecs() -> [UInt8: AdvertCodec] {
        func settings(_ id: UInt8, _ version: VRRPVersion, _ interval: Duration, _ addresses: [String])
            -> VirtualRouterSettings
        {
            VirtualRouterSettings(
                name: "VI_\(id)", routerID: id, version: version, advertInterval: interval,
                addresses: addresses.map(Rig.address), source: nil)
        }
        let secret = Array("secret12".utf8)
        var formats: [UInt8: AdvertFormat] = [
            1: AdvertFormat(settings(1, .v2, .seconds(1), ["10.99.0.101", "10.99.0.102"])),
            2: AdvertFormat(settings(2, .v2, .seconds(1), ["10.99.0.103"])),
            3: AdvertFormat(settings(3, .v2, .seconds(1), ["10.99.0.104"])),
            4: AdvertFormat(settings(4, .v3, .milliseconds(250), ["10.99.0.105"])),
            5: AdvertFormat(settings(5, .v3, .seconds(1), ["10.99.0.106"])),
            6: AdvertFormat(settings(6, .v3, .seconds(1), ["fe80::66", "2001:db8::66"])),
            7: AdvertFormat(settings(7, .v3, .seconds(1), ["10.99.0.107"])),
        ]
        formats[2]?.authentication = .password(secret)
        formats[3]?.authentication = .header(key: secret)
        formats[5]?.peers = [UnicastPeer(address: Rig.lower), UnicastPeer(address: Rig.own)]
        return formats.mapValues { AdvertCodec($0, digest: { MD5.hmac($0, $1) }) }
    }

    @Test func theDigestOfTheTestsIsRight() {
        // RFC 2202 section 2, test case 2.
        let digest = MD5.hmac(Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        #expect(digest == Golden.bytes("750c783e6ab0b503eaa86e310a5db738"))
    }

    @Test func advertsOverIPv4() throws {
        var senders = Self.codecs()
        var receivers = Self.codecs()
        var count = 0
        for (kind, frame) in try Golden.frames() where kind == "vrrp" {
            let packet = Array(frame.dropFirst(14))
            let envelope = try AdvertEnvelope(ipv4: packet.span)
            let found = envelope.routerID(in: packet.span)
            let id = try #require(found)
            let received = try receivers[id]?.decode(packet.span, envelope, own: nil)
            let decoded = try #require(received)
            #expect(!decoded.hasOtherAddresses)
            #expect(decoded.checksumReading == (id >= 4 ? .pseudoHeader : nil))
            #expect(decoded.advert.sender == Rig.lower)
            #expect(decoded.advert.interval == (id == 4 ? .milliseconds(250) : .seconds(1)))
            #expect([0, id == 1 ? 255 : id == 2 ? 200 : 254].contains(decoded.advert.priority))
            var buffer: [UInt8] = []
            try senders[id]?.encode(
                priority: decoded.advert.priority, source: envelope.source, destination: envelope.destination,
                into: &buffer)
            #expect(buffer == packet, "vrid \(id)")
            count += 1
        }
        #expect(count > 60)
    }

    @Test func advertsOverIPv6() throws {
        var codec = try #require(Self.codecs()[6])
        var priorities: Set<UInt8> = []
        for (kind, bytes) in try Golden.frames() where kind == "vrrp6" {
            let header = try #require(Frame.dissect(bytes).first(IPv6.self))
            let message = Array(bytes.dropFirst(54))
            let envelope = AdvertEnvelope(
                source: .v6(header.source), destination: .v6(header.destination), hopLimit: header.hopLimit,
                length: message.count)
            let decoded = try codec.decode(message.span, envelope, own: nil)
            priorities.insert(decoded.advert.priority)
            var buffer: [UInt8] = []
            try codec.encode(
                priority: decoded.advert.priority, source: envelope.source, destination: envelope.destination,
                into: &buffer)
            #expect(buffer == message)
            #expect(header.trafficClass == AdvertWire.typeOfService)
        }
        #expect(priorities == [0, 254])
    }

    @Test func r39_gratuitousARPIsABroadcastRequest() throws {
        var count = 0
        for (kind, bytes) in try Golden.frames() where kind == "garp" {
            let mac = try #require(MACAddress(bytes: bytes[6..<12]))
            let address = try #require(IPAddress(bytes: bytes[38..<42]))
            #expect(Announcement.frame(for: address, mac: mac, isRouter: false) == bytes)
            count += 1
        }
        #expect(count == 7)
    }

    @Test func r41_unsolicitedNeighborAdvertisementHasOverrideAndItsOption() throws {
        var count = 0
        for (kind, bytes) in try Golden.frames() where kind == "na" {
            let mac = try #require(MACAddress(bytes: bytes[6..<12]))
            let address = try #require(IPAddress(bytes: bytes[62..<78]))
            #expect(Announcement.frame(for: address, mac: mac, isRouter: false) == bytes)
            let asRouter = Announcement.frame(for: address, mac: mac, isRouter: true)
            #expect(asRouter[58] == 0xa0)
            count += 1
        }
        #expect(count == 2)
    }

    @Test func r42_virtualMAC() throws {
        #expect(Announcement.virtualMAC(family: .ipv4, routerID: 7).description == "00:00:5e:00:01:07")
        #expect(Announcement.virtualMAC(family: .ipv6, routerID: 255).description == "00:00:5e:00:02:ff")
        let own = Announcement.virtualMAC(family: .ipv4, routerID: 7).bytes
        #expect(try Golden.frames().contains { $0.kind == "garp" && Array($0.bytes[6..<12]) == own })
    }
}
