import Testing
import Wire

@testable import Health

/// RFC 5880 section 4.1 and the checks of section 6.8.6.
@Suite struct BFDPacketTests {
    static let packet: BFDPacket = {
        var packet = BFDPacket()
        packet.diagnostic = .neighbourSignalledDown
        packet.state = .up
        packet.isPoll = true
        packet.multiplier = 5
        packet.myDiscriminator = 0x0102_0304
        packet.yourDiscriminator = 0x0506_0708
        packet.desiredMinTx = 10_000
        packet.requiredMinRx = 20_000
        packet.requiredMinEchoRx = 1
        return packet
    }()

    @Test func `The layout of a control packet`() throws {
        let bytes: [UInt8] = [
            0x23, 0xe0, 5, 24, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x27, 0x10, 0, 0, 0x4e, 0x20, 0, 0, 0, 1,
        ]
        #expect(Self.packet.bytes == bytes)
        #expect(try BFDPacket(decoding: bytes) == Self.packet)
        #expect(try BFDPacket(decoding: bytes + [1, 2, 3]) == Self.packet, "what follows is not of it")
    }

    private func fault(_ change: (inout [UInt8]) -> Void) -> BFDPacket.Fault? {
        var bytes = Self.packet.bytes
        change(&bytes)
        do throws(BFDPacket.Fault) {
            _ = try BFDPacket(decoding: bytes)
            return nil
        } catch { return error }
    }

    @Test func `What section 6.8.6 discards`() {
        #expect(fault { $0[0] = 0x43 } == .version)
        #expect(fault { $0[0] = 0x03 } == .version)
        #expect(fault { $0[3] = 23 } == .length)
        #expect(fault { $0[3] = 25 } == .length)
        #expect(fault { $0.removeLast() } == .length)
        #expect(fault { $0 = [] } == .length)
        #expect(fault { $0[2] = 0 } == .multiplier)
        #expect(fault { $0[1] |= 1 } == .multipoint)
        #expect(fault { $0[1] |= 4 } == .authentication)
        #expect(fault { $0.replaceSubrange(4..<8, with: [0, 0, 0, 0]) } == .discriminator)
        #expect(fault { $0.replaceSubrange(8..<12, with: [0, 0, 0, 0]) } == .discriminator)
        #expect(fault { $0[1] |= 0x10 } == .pollAndFinal)
    }

    @Test func `Your discriminator may be 0 in Down and AdminDown alone`() {
        for state in BFDState.allCases {
            let found = fault {
                $0.replaceSubrange(8..<12, with: [0, 0, 0, 0])
                $0[1] = state.rawValue << 6
            }
            #expect((found == nil) == (state == .down || state == .adminDown), "\(state)")
        }
    }

    @Test func `max_hops bounds the TTL`() {
        for (family, hops, minimum) in [
            (.ipv4, 0, 255), (.ipv4, 1, 254), (.ipv4, 254, 1), (.ipv4, 255, 0), (.ipv4, -1, 0), (.ipv6, 0, 64),
            (.ipv6, 100, 0),
        ] as [(IPAddress.Family, Int, UInt8)] {
            #expect(BFDSettings.minimumTTL(family: family, maxHops: hops) == minimum)
        }
    }
}
