import Config
import Foundation
import Testing
import VRRP
import Wire

@testable import Director

@Suite struct VRRPStateFileTests {
    private static func plan() throws -> VRRPPlan.Instance {
        let text = "vrrp_instance VI {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n"
        struct Text: ConfigurationSource {
            let text: String
            func read(path: String) throws(ConfigurationSourceError) -> [UInt8] { Array(text.utf8) }
            func glob(_ pattern: String, relativeTo directory: String) -> [String] { [pattern] }
        }
        let read = ConfigurationReader.read(path: "t.conf", from: Text(text: text))
        let configuration = try #require(read.configuration)
        return try #require(VRRPPlan(configuration).instances.first)
    }

    @Test func `A run that is killed leaves its last adverts, its silence and its sequence numbers`() throws {
        let path = NSTemporaryDirectory() + "sluice-vrrp-\(UUID().uuidString)"
        defer { unlink(path) }
        let instance = try Self.plan()
        do {
            let file = try VRRPStateFile(path: path)
            let slot = try #require(file.slot(of: instance))
            #expect(file.lastAdvert(slot) == nil && file.sequence(slot) == 0 && file.silenced.isEmpty)
            file.note(.init(time: Instant(nanoseconds: 1_234_567_890_123), priority: 150), slot)
            file.noteSequence(77, slot)
            #expect(file.noteSilenced("eth0", true) && file.noteSilenced("a-long-name.123", true))
            #expect(file.noteSilenced("eth0", true), "twice is once")
        }
        let file = try VRRPStateFile(path: path)
        let slot = try #require(file.slot(of: instance))
        let last = try #require(file.lastAdvert(slot))
        #expect(last.priority == 150)
        #expect(Instant(nanoseconds: 1_234_567_890_123) - last.time < .nanoseconds(256))
        #expect(file.sequence(slot) == 77)
        #expect(file.silenced == ["eth0", "a-long-name.123"])
        _ = file.noteSilenced("eth0", false)
        #expect(file.silenced == ["a-long-name.123"])
        file.note(nil, slot)
        #expect(file.lastAdvert(slot) == nil)
    }

    @Test func `There is room for so many interfaces, and no more`() throws {
        let path = NSTemporaryDirectory() + "sluice-vrrp-\(UUID().uuidString)"
        defer { unlink(path) }
        let file = try VRRPStateFile(path: path)
        for number in 0..<64 { #expect(file.noteSilenced("eth\(number)", true)) }
        #expect(!file.noteSilenced("eth64", true))
        _ = file.noteSilenced("eth7", false)
        #expect(file.noteSilenced("eth64", true))
    }
}
