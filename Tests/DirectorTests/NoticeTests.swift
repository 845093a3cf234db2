import Config
import Glibc
import Linux
import Testing
import VRRP
import Wire

@testable import Director

/// A configuration in memory.
private struct Text: ConfigurationSource {
    let text: String

    func read(path: String) throws(ConfigurationSourceError) -> [UInt8] { Array(text.utf8) }
    func glob(_ pattern: String, relativeTo directory: String) -> [String] { [pattern] }
}

private func configuration(_ text: String) throws -> Configuration {
    try #require(ConfigurationReader.read(path: "t.conf", from: Text(text: text)).configuration)
}

private func instance(_ lines: String = "") -> String {
    """
    vrrp_instance VI {
        interface eth0
        virtual_router_id 51
        \(lines)
        virtual_ipaddress {
            192.0.2.10/24
        }
    }

    """
}

private typealias Transition = VirtualRouter.Transition

private let toActive = Transition(from: .backup, to: .active, reason: .noAdverts)
private let toFault = Transition(from: .active, to: .fault, reason: .fault(.interface))
private let toBackup = Transition(from: .fault, to: .backup, reason: .recovered)
private let toEnd = Transition(from: .active, to: .initialize, reason: .shutdown)

struct NoticeTests {
    private static let scripts = """
        notify "/bin/any x"
        notify_master /bin/master
        notify_stop /bin/stop
        notify_fault /bin/fault
        notify_master_rx_lower_pri /bin/lower
        """

    @Test func `A transition's own script, then notify, then the line`() throws {
        var notices = VRRPNotices(try configuration(instance(Self.scripts)))
        let notice = notices.notice(of: toActive, of: "VI", priority: 150)
        #expect(
            notice.calls.map(\.command) == [["/bin/master"], ["/bin/any", "x", "INSTANCE", "VI", "MASTER", "150"]])
        #expect(notice.calls.allSatisfy { $0.limit == nil })
        #expect(notice.line == #"INSTANCE "VI" MASTER 150"#)
        let stop = notices.notice(of: toEnd, of: "VI", priority: 150)
        #expect(stop.calls.map(\.command) == [["/bin/stop"], ["/bin/any", "x", "INSTANCE", "VI", "STOP", "150"]])
        #expect(stop.calls.allSatisfy { $0.limit == .seconds(1) })
        let lower = notices.noticeOfLowerPriority(heardBy: "VI")
        #expect(lower.calls.map(\.command) == [["/bin/lower"]])
        #expect(lower.line == #"INSTANCE "VI" MASTER_RX_LOWER_PRI 150"#)
        #expect(notices.notice(of: toActive, of: "VX", priority: 1).isEmpty)
    }

    @Test func `An instance that a reload took away is DELETED if it asks for that, else in FAULT`() throws {
        let plain = VRRPNotices(try configuration(instance(Self.scripts))).noticeOfDeletion(of: "VI", priority: 9)
        #expect(plain.calls.map { $0.command[0] } == ["/bin/fault", "/bin/any"])
        #expect(plain.line == #"INSTANCE "VI" FAULT 9"#)
        let asked = VRRPNotices(try configuration(instance(Self.scripts + "\nnotify_deleted /bin/gone")))
            .noticeOfDeletion(of: "VI", priority: 9)
        #expect(asked.calls.map(\.command) == [["/bin/gone"], ["/bin/any", "x", "INSTANCE", "VI", "DELETED", "9"]])
        #expect(asked.line == #"INSTANCE "VI" DELETED 9"#)
    }

    @Test func `Another priority is a line by the state, if somebody asks for it`() throws {
        var silent = VRRPNotices(try configuration(instance()))
        #expect(silent.notice(ofPriority: 90, of: "VI").isEmpty)
        for (global, own, isTold) in [
            ("vrrp_notify_priority_changes", "", true), ("", "notify_priority_changes", true),
            ("vrrp_notify_priority_changes", "notify_priority_changes false", false),
        ] {
            var notices = VRRPNotices(try configuration("global_defs {\n\(global)\n}\n" + instance(own)))
            let before = notices.notice(ofPriority: 90, of: "VI").line
            #expect(before == (isTold ? #"INSTANCE "VI" BACKUP_PRIORITY 90"# : nil))
            _ = notices.notice(of: toActive, of: "VI", priority: 90)
            let after = notices.notice(ofPriority: 80, of: "VI").line
            #expect(after == (isTold ? #"INSTANCE "VI" MASTER_PRIORITY 80"# : nil))
        }
    }

    @Test func `A mail for each state that is new, and none of faults without faults`() throws {
        var notices = VRRPNotices(try configuration("global_defs {\nsmtp_alert_vrrp\n}\n" + instance()))
        let master = notices.notice(of: toActive, of: "VI", priority: 1).mail
        #expect(master?.subject == "VRRP Instance VI - Entering MASTER state")
        #expect(master?.body == "=> VRRP Instance is now owning VRRP VIPs <=\n")
        #expect(notices.notice(of: toActive, of: "VI", priority: 1).mail == nil)
        #expect(notices.notice(of: toFault, of: "VI", priority: 1).mail != nil)
        #expect(notices.notice(of: toEnd, of: "VI", priority: 1).mail?.subject == "VRRP Instance VI - Stopping")

        let quiet = "global_defs {\nsmtp_alert\nno_email_faults\n}\n"
        var without = VRRPNotices(try configuration(quiet + instance()))
        #expect(without.notice(of: toFault, of: "VI", priority: 1).mail == nil)
        #expect(without.notice(of: toBackup, of: "VI", priority: 1).mail != nil)
        var refusing = VRRPNotices(try configuration(quiet + instance("smtp_alert false")))
        #expect(refusing.notice(of: toActive, of: "VI", priority: 1).mail == nil)
    }

    @Test func `A group is told with priority 0, and mailed`() throws {
        let group = "vrrp_sync_group G {\ngroup {\nVI\n}\nsmtp_alert\nnotify /bin/any\n}\n"
        var notices = VRRPNotices(try configuration(instance() + group))
        let notice = notices.notice(ofGroup: "G", to: .fault)
        #expect(notice.calls.map(\.command) == [["/bin/any", "GROUP", "G", "FAULT", "0"]])
        #expect(notice.line == #"GROUP "G" FAULT 0"#)
        #expect(notice.mail?.subject == "VRRP Group G - Entering FAULT state")
        #expect(notice.mail?.body == "=> All VRRP group instances are now in FAULT state <=\n")
    }

    @Test func `A reload writes the states that are known, if it is to`() throws {
        var notices = VRRPNotices(try configuration(instance()))
        _ = notices.notice(of: toActive, of: "VI", priority: 150)
        #expect(VRRPNotices(try configuration(instance()), after: notices).statesAfterReload().isEmpty)
        let asking = "global_defs {\nfifo_write_vrrp_states_on_reload\n}\n"
        let after = VRRPNotices(try configuration(asking + instance()), after: notices)
        #expect(after.statesAfterReload().map(\.line) == [#"INSTANCE "VI" MASTER 150"#])
    }

    @Test func `Pipes and mail are as global_defs says, with keepalived's defaults`() throws {
        let text = """
            global_defs {
                notify_fifo /run/all nobody
                vrrp_notify_fifo /run/vrrp
                vrrp_notify_fifo_script "/bin/reader x"
                smtp_server 192.0.2.25 2525
                notification_email {
                    ops@example.com
                }
            }

            """
        let plan = NotifyPlan(try configuration(text).global, host: "lb1.example.com")
        #expect(plan.pipes.map(\.path) == ["/run/all", "/run/vrrp"])
        #expect(plan.pipes.map(\.mode) == [0o600, 0o600])
        #expect(plan.pipes[0].owner == UserAndGroupName(user: "nobody"))
        #expect(plan.pipes[0].topics == [.vrrp, .services] && plan.pipes[1].topics == [.vrrp])
        #expect(plan.pipes[1].script?.command == ["/bin/reader", "x"])
        #expect(plan.mail?.from == "keepalived@lb1.example.com")
        #expect(plan.mail?.helo == "lb1.example.com" && plan.mail?.routerID == "lb1.example.com")
        #expect(plan.mail?.patience == .seconds(30) && plan.mail?.port == 2_525)
        let open = NotifyPlan(
            try configuration(text.replacing("global_defs {", with: "global_defs {\numask 022")).global, host: "x")
        #expect(open.pipes.map(\.mode) == [0o644, 0o644])
    }
}

struct EventPipeTests {
    private static func plan(_ path: String) -> PipePlan {
        PipePlan(keyword: "notify_fifo", path: path, mode: 0o640, topics: [.vrrp])
    }

    private static func path() -> String { "/tmp/sluice-pipe-\(getpid())-\(UInt32.random(in: 0...UInt32.max))" }

    @Test func `Lines that nobody reads are lost, said once, and counted`() throws {
        let path = Self.path()
        let pipe = try EventPipe(Self.plan(path))
        defer { pipe.remove() }
        var information = stat()
        #expect(stat(path, &information) == 0 && information.st_mode == S_IFIFO | 0o640)
        let line = String(repeating: "x", count: 999)
        let said = (0..<100).compactMap { _ in pipe.write(line) }
        #expect(said == ["notify_fifo \(path): nobody reads it, or too slowly: lines are lost"])
        #expect(pipe.lost > 0 && pipe.lost < 100)
        let lost = pipe.lost
        let reader = try FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK)
        _ = try reader.read(upTo: 65_536)
        #expect(pipe.write("a") == "notify_fifo \(path): is read again, \(lost) lines were lost")
        #expect(try reader.read(upTo: 65_536) == Array("a\n".utf8))
    }

    @Test func `One that can't be given to its owner does not stay behind`() {
        var plan = Self.plan(Self.path())
        plan.owner = UserAndGroupName(user: "no-such-user")
        #expect(throws: SystemError.self) { _ = try EventPipe(plan) }
        #expect(access(plan.path, F_OK) != 0)
    }

    @Test func `One that is there is used and stays; what is no pipe is refused`() throws {
        let path = Self.path()
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        try EventPipe(Self.plan(path)).remove()
        #expect(access(path, F_OK) == 0)
        let link = path + ".link"
        #expect(symlink(path, link) == 0)
        defer { unlink(link) }
        #expect(throws: SystemError.self) { _ = try EventPipe(Self.plan(link)) }
        let file = path + ".file"
        try FileDescriptor(path: file, flags: O_WRONLY | O_CREAT).writeAll([])
        defer { unlink(file) }
        #expect(throws: SystemError.self) { _ = try EventPipe(Self.plan(file)) }
    }
}
