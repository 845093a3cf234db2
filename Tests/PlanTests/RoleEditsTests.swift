import CSluiceABI
import Config
import Plan
import Testing
import Wire

@Suite struct RoleEditsTests {
    @Test func theRoleOfAnInstanceChangesAndNothingElse() throws {
        var maps = Maps()
        let (ours, other) = (service("192.0.2.1", [real("10.0.0.1")]), service("192.0.2.2", [real("10.0.0.1")]))
        var wanted = desired(ours, other)
        wanted.virtualMACs = [VirtualMAC(VirtualMAC.Place(ifindex: 3, mac: mac(7)), role: .active)]
        try maps.reach(wanted)
        let edits = maps.state.roleEdits(of: [ours.address], [mac(7)], .draining)
        #expect(edits.map(\.name) == ["setServiceFlags", "setServiceFlags", "setServiceFlags"])
        maps.apply(edits)
        #expect(maps.find(ours)?.value.flags == UInt16(SLUICE_SERVICE_DRAIN))
        #expect(maps.find(other)?.value.flags == UInt16(SLUICE_SERVICE_ACTIVE))
        let kind = UInt8(sluice_slot_kind.SLUICE_SLOT_MAC.rawValue)
        #expect(maps.state.services.values.filter { $0.kind == kind }.map(\.flags) == [UInt16(SLUICE_SERVICE_DRAIN)])
        #expect(maps.state.roleEdits(of: [ours.address], [mac(7)], .draining).isEmpty, "it is done")
    }
}
