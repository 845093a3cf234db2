import Config
import Testing

/// vrrp_sync_group: its members, and why weights don't count in it.
struct VRRPGroupTests {
    private let two = instance(name: "A") + instance(name: "B", id: 52, address: "10.0.0.2")
    private let script = "vrrp_script S {\nscript /bin/check\nweight -20\n}\ntrack_file F {\nfile /tmp/f\n}\n"

    private func syncGroup(_ members: String, name: String = "G", _ body: String = "") -> String {
        "vrrp_sync_group \(name) {\ngroup {\n\(members)\n}\n\(body)\n}\n"
    }

    @Test func members() throws {
        let reading = Reading(two + syncGroup("A\nB", "notify /etc/n.sh\nsmtp_alert\nsync_group_tracking_weight"))
        let group = try #require(reading.configuration?.vrrpSyncGroups.first)
        #expect(reading.warnings == [])
        #expect(group.members.map(\.wrappedValue) == ["A", "B"])
        #expect(group.usesWeights)
        #expect(group.notifications.any?.command == ["/etc/n.sh"])
        #expect(group.notifications.mails == true)
        #expect(Reading(two + syncGroup("A B")).configuration?.vrrpSyncGroups.first?.members.count == 2)
    }

    @Test func memberThatDoesNotExist() {
        let reading = Reading(two + syncGroup("A\nB\nAA"))
        #expect(reading.configuration?.vrrpSyncGroups.first?.members.count == 2)
        #expect(
            reading.warnings == [
                "19: vrrp_sync_group 'G' names 'AA', but there is no such vrrp_instance: ignored (did you mean 'A'?)"
            ])
    }

    @Test func oneMemberOnly() {
        let reading = Reading(two + syncGroup("A"))
        #expect(reading.configuration?.vrrpSyncGroups.count == 1)
        #expect(
            reading.warnings == [
                "15: vrrp_sync_group 'G' has one member only: it has nothing to go along with "
                    + "(add the other instances, or remove the group)"
            ])
    }

    @Test func inTwoGroups() {
        let reading = Reading(two + syncGroup("A\nB") + syncGroup("B", name: "H"))
        #expect(reading.configuration?.vrrpSyncGroups.map(\.name) == ["G"])
        #expect(
            reading.warnings == [
                "24: vrrp_instance 'B' is in vrrp_sync_group 'G' already: ignored (an instance is in one sync group)",
                "22: vrrp_sync_group 'H' has no members: skipped",
            ])
    }

    @Test func empty() {
        #expect(Reading("vrrp_sync_group G {\n}\n").warnings == ["1: vrrp_sync_group 'G' has no members: skipped"])
    }

    @Test func secondListIsSkipped() {
        let reading = Reading(two + syncGroup("A\nB", "group {\nC\n}"))
        #expect(reading.warnings == ["20: 'group' is there already: this one is skipped"])
    }

    @Test func oldNameOfTheTrackingWeight() {
        let reading = Reading(two + syncGroup("A\nB", "global_tracking"))
        #expect(reading.configuration?.vrrpSyncGroups.first?.usesWeights == true)
        #expect(reading.warnings.count == 1)
    }

    private func tracking(_ groupBody: String = "", priority: Int = 100, grouped: Bool = true) -> Reading {
        let body = """
            priority \(priority)
            track_script {
            S
            }
            track_file {
            F
            }
            track_interface {
            eth1 weight 5
            eth2
            }
            """
        let instances = instance(body, name: "A") + instance(name: "B", id: 52, address: "10.0.0.2")
        return Reading(script + instances + (grouped ? syncGroup("A\nB", groupBody) : ""))
    }

    @Test func weightsDoNotCountInASyncGroup() throws {
        let reading = tracking()
        let tracked = try #require(reading.instance?.tracking)
        #expect(tracked.scripts == [])
        #expect(tracked.files.map(\.wrappedValue.weight?.value) == [0])
        #expect(tracked.interfaces.map(\.wrappedValue.weight?.value) == [0, nil])
        #expect(reading.warnings.count == 3)
        #expect(
            reading.warnings.contains(
                "15: weights don't count in a sync group without 'sync_group_tracking_weight': 'S' is not tracked "
                    + "(track it in the group, or add 'sync_group_tracking_weight')"))
    }

    @Test func unlessTheGroupSaysSo() {
        let reading = tracking("sync_group_tracking_weight")
        #expect(reading.warnings == [])
        #expect(reading.instance?.tracking.scripts.count == 1)
    }

    @Test func weightsDoNotCountForTheOwner() {
        let reading = tracking(priority: 255, grouped: false)
        #expect(reading.instance?.tracking.scripts == [])
        #expect(reading.instance?.tracking.interfaces.map(\.wrappedValue.name) == ["eth2"])
        #expect(reading.warnings.count == 4)
    }

    @Test func noWeightsInAGroupWithTheOwner() {
        let reading = Reading(
            script + instance("priority 255", name: "A") + instance(name: "B", id: 52, address: "10.0.0.2")
                + syncGroup("A\nB", "track_script {\nS\n}"))
        let group = reading.configuration?.vrrpSyncGroups.first
        #expect(group?.tracking.scripts.map(\.wrappedValue.weight?.value) == [0])
        #expect(reading.warnings.last?.contains("a member has priority 255: 'S' is tracked without weight") == true)
    }

    @Test func trackedByBoth() {
        let reading = tracking("sync_group_tracking_weight\ntrack_script {\nS\n}")
        #expect(
            reading.warnings == ["15: vrrp_sync_group 'G' has 'S' in 'track_script' too, which counts (remove it here)"]
        )
    }
}
