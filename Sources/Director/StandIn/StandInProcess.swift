internal import Datapath
import Glibc
internal import Linux
internal import Logging

/// The stand-in as the controller has it: a child process.
struct StandInProcess {
    /// What it was started with.
    let plan: VRRPPlan
    private let child: ChildProcess

    /// Starts one that waits for this process' death.
    init(_ plan: VRRPPlan, options: DirectorOptions) throws(SystemError) {
        self.plan = plan
        var command = [Self.executable, "--stand-in", "\(getpid())", "-f", options.path]
        command += ["--instance", options.instance.name]
        if let id = options.configID { command += ["--config-id", id] }
        var environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        if let stream = getenv("JOURNAL_STREAM") { environment.append("JOURNAL_STREAM=\(String(cString: stream))") }
        child = try ChildProcess(command, environment: environment, as: nil, keepsErrors: true)
    }

    /// By its name, unless that file was replaced since.
    private static var executable: String {
        var name = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &name, name.count)
        guard count > 0 else { return "/proc/self/exe" }
        let path = String(decoding: name[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return access(path, X_OK) == 0 ? path : "/proc/self/exe"
    }

    /// Readable once it has ended.
    var descriptor: Int32 { child.descriptor }

    /// Whether it has ended; not to be asked again then.
    func hasEnded() -> Bool { child.reap() != nil }

    /// Ends it, and waits until it is gone.
    func end() {
        child.signalGroup(SIGTERM)
        var polls = PollSet()
        polls.add(child.descriptor)
        polls.wait(until: SystemClock.monotonicNanoseconds + 1_000_000_000)
        if child.reap() != nil { return }
        child.signalGroup(SIGKILL)
        polls.wait(until: nil)
        _ = child.reap()
    }
}

extension StandInProcess {
    private static let reliefNanoseconds: UInt64 = 2_000_000_000

    /// Ends one that carries VRRP on for a dead controller; it leaves everything as it is.
    static func relieve(_ instance: Instance, _ log: Logger) {
        let deadline = SystemClock.monotonicNanoseconds + reliefNanoseconds
        var isAsked = false
        while true {
            do throws(SystemError) {
                _ = try LockFile(path: instance.standInLock)
                return
            } catch {
                guard error.errno == EWOULDBLOCK, let holder = LockFile.lastHolder(instance.standInLock),
                    SystemClock.monotonicNanoseconds < deadline
                else { return log.error("the stand-in of an earlier run can't be relieved: \(error)") }
                if !isAsked { kill(holder, SIGTERM) }
                isAsked = true
                usleep(500)
            }
        }
    }
}

extension Director {
    /// Keeps a stand-in ready for the plan that is in force.
    func renewStandIn(_ plan: VRRPPlan) {
        guard standIn?.plan != plan else { return }
        standIn?.end()
        standIn = nil
        guard !plan.instances.isEmpty else { return }
        do throws(SystemError) {
            standIn = try StandInProcess(plan, options: options)
            recovered("starting a stand-in")
        } catch {
            failed("starting a stand-in", "\(error): if this process dies, another director takes the VIPs over")
        }
    }

    /// It should not end before us.
    func attendStandIn() {
        guard let process = standIn, process.hasEnded() else { return }
        standIn = nil
        failed("keeping a stand-in", "it has ended: the next reload starts another")
    }
}
