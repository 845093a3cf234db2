import Testing
import Wire

@testable import VRRP

/// What only unicast has: its TTL, and the checksum of old keepalived versions.
@Suite struct UnicastCodecTests {
    static func link() -> Link {
        var link = Link.v3()
        link.destination = Rig.own
        link.sender.format.peers = [UnicastPeer(address: Rig.own)]
        link.receiver.format.peers = [UnicastPeer(address: Rig.lower)]
        return link
    }

    @Test func r1_unicastTTL() throws {
        var link = Self.link()
        #expect(try link.packet()[8] == 255)
        link.sender.format.sentTTL = 3
        let packet = try link.packet()
        #expect(packet[8] == 3 && InternetChecksum.of(Array(packet[..<20])) == 0)
        #expect(link.failure(of: packet) == nil)
    }

    @Test func r3_oldUnicastChecksums() throws {
        var link = Self.link()
        link.sender.format.checksumReading = .groupPseudoHeader
        let old = try link.packet()
        let pseudo = PseudoHeader(
            source: link.source, destination: AdvertWire.ipv4Group, protocolNumber: 112, length: old.count - 20)
        #expect(InternetChecksum.of(Array(old[20...]), behind: pseudo) == 0)
        #expect(try link.receive(old).checksumReading == .groupPseudoHeader)
        link.receiver.format.refusesOldUnicastChecksum = true
        link.receiver = AdvertCodec(link.receiver.format)
        #expect(link.failure(of: old) == .checksum)
    }

    @Test func r3_aPeerIsSentTheOldChecksumThatItUses() throws {
        var link = Self.link()
        link.sender.format.checksumReading = .groupPseudoHeader
        _ = try link.receive(try link.packet())
        var answer: [UInt8] = []
        try link.receiver.encode(priority: 100, source: Rig.own, destination: Rig.lower, into: &answer)
        let pseudo = PseudoHeader(
            source: Rig.own, destination: AdvertWire.ipv4Group, protocolNumber: 112, length: answer.count - 20)
        #expect(InternetChecksum.of(Array(answer[20...]), behind: pseudo) == 0)
    }

    @Test func r3_overMulticastThereIsNoOldChecksum() throws {
        var link = Link.v3()
        link.sender.format.checksumReading = .groupPseudoHeader
        #expect(try link.receive(try link.packet()).checksumReading == .pseudoHeader)
    }

    /// The number that a router would begin with is no reason not to believe one that has come less far.
    @Test func r13_aSequenceIsNewIfItIsAboveTheLastHeard() throws {
        var link = Link.v2(.header(key: Array("secret12".utf8)))
        link.sender = AdvertCodec(link.sender.format, digest: { MD5.hmac($0, $1) }, sequence: 1_000)
        link.receiver = AdvertCodec(link.receiver.format, digest: { MD5.hmac($0, $1) }, sequence: 2_000)
        let first = try link.packet()
        #expect(link.failure(of: first) == nil)
        #expect(link.failure(of: first) == .authFailure, "heard before")
        #expect(link.failure(of: try link.packet()) == nil)
        var answer: [UInt8] = []
        try link.receiver.encode(priority: 100, source: Rig.own, destination: link.destination, into: &answer)
        #expect(link.receiver.sequence == 2_001, "what it sends begins where it was told to")
    }

    @Test func whatIsSaidToOneMachineIsNoAnnouncement() throws {
        let mac = try #require(MACAddress("02:00:00:00:00:01"))
        func heard(_ text: String, _ place: Int, _ byte: UInt8) -> IPAddress? {
            var frame = Announcement.frame(for: Rig.address(text), mac: mac, isRouter: true)
            frame[place] = byte
            return Announcement.address(in: frame.span)
        }
        #expect(heard("10.99.0.100", 21, 2) == Rig.address("10.99.0.100"), "a reply")
        #expect(heard("10.99.0.100", 41, 1) == nil, "a real server asks for another address")
        #expect(heard("fd00::1", 58, 0x20) == Rig.address("fd00::1"), "of no router")
        #expect(heard("fd00::1", 58, 0x80) == nil, "without override")
        #expect(heard("fd00::1", 58, 0x60) == nil, "solicited")
        #expect(heard("fd00::1", 53, 2) == nil, "not to all nodes")
    }

    @Test func announcementsAreRead() {
        let mac = MACAddress("02:00:00:00:00:01")
        for text in ["10.99.0.100", "fd00::1"] {
            let address = Rig.address(text)
            let frame = mac.map { Announcement.frame(for: address, mac: $0, isRouter: true) } ?? []
            #expect(Announcement.address(in: frame.span) == address)
            for length in 0..<frame.count - 8 {
                let cut = Array(frame.prefix(length))
                #expect(Announcement.address(in: cut.span) == nil || text == "fd00::1" && length >= 78)
            }
            var random = SplitMix(state: 1)
            for _ in 0..<2_000 {
                var bytes = frame
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
                _ = Announcement.address(in: bytes.span)
            }
        }
    }
}
