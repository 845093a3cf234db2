import Testing

@testable import Datapath

@Suite struct PinNameTests {
    @Test(arguments: ["eth0", "eth0.5", "a%b", "%2e", "x.y%z.", "br-lan_1", "ü0"])
    func `A name comes back from its pin, which has no dot`(name: String) {
        let pin = PinName.encode(name)
        #expect(!pin.contains("."))
        #expect(PinName.decode(pin) == name)
    }

    @Test(arguments: ["eth0.5", "a%", "a%2", "a%zz", "a%2E", "a%41"])
    func `What encode would not have made is no name`(pin: String) {
        #expect(PinName.decode(pin) == nil)
    }

    @Test func `An instance's name is one that a pin can have`() {
        #expect(throws: InstanceError.self) { try Instance(name: "a.b") }
        #expect(throws: InstanceError.self) { try Instance(name: "") }
        #expect((try? Instance(name: "web-1_b")) != nil)
    }
}
