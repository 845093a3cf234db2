internal import Config
internal import Datapath
import Glibc
internal import Linux
internal import Logging

/// What a stand-in is to go on with.
struct StandInPlan: Hashable {
    var routers: VRRPPlan
    let network: NetworkPlan
    let drainSeconds: Double

    init(_ configuration: Configuration) {
        routers = VRRPPlan(configuration)
        network = NetworkPlan(configuration)
        drainSeconds = Double(configuration.global.drainSeconds)
    }
}

/// The stand-in as the controller has it: a child process.
struct StandInProcess {
    /// What it was started with.
    let plan: StandInPlan
    /// When, in seconds of the monotonic clock.
    let startTime = SystemClock.monotonicSeconds
    private let child: ChildProcess

    /// Starts one that waits for this process' death.
    init(_ plan: StandInPlan, options: DirectorOptions) throws(SystemError) {
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

    /// Ends it. By force: as long as we live it does nothing that could be left half done.
    func end() {
        child.signalGroup(SIGKILL)
        var polls = PollSet()
        polls.add(child.descriptor)
        polls.wait(until: nil)
        _ = child.reap()
    }
}

extension StandInProcess {
    private static let reliefNanoseconds: UInt64 = 2_000_000_000

    /// Ends one that carries VRRP on for a dead controller; it leaves everything as it is. After the instance's lock was
    /// taken: from then on none begins.
    static func relieve(_ instance: Instance, _ log: Logger) {
        let deadline = SystemClock.monotonicNanoseconds + reliefNanoseconds
        var asked: pid_t?
        while true {
            do throws(SystemError) {
                _ = try LockFile(path: instance.standInLock)
                return
            } catch {
                guard error.errno == EWOULDBLOCK else {
                    return log.error("the stand-in of an earlier run can't be relieved: \(error)")
                }
                let isLate = SystemClock.monotonicNanoseconds >= deadline
                if let holder = LockFile.lastHolder(instance.standInLock), isLate || holder != asked, isStandIn(holder)
                {
                    asked = holder
                    kill(holder, isLate ? SIGKILL : SIGTERM)
                }
                usleep(500)
            }
        }
    }

    /// The lock's file may name a process that is long gone, and another may have its number.
    private static func isStandIn(_ process: pid_t) -> Bool {
        (try? TextFile.read("/proc/\(process)/cmdline"))?.contains("--stand-in") ?? false
    }
}

extension Director {
    /// One that ends sooner is not started again.
    private static let standInSeconds = 5.0

    /// Keeps a stand-in ready for what is in force.
    func renewStandIn() {
        let plan = StandInPlan(configuration)
        guard standIn?.plan != plan else { return }
        standIn?.end()
        standIn = nil
        guard !plan.routers.instances.isEmpty, vrrp?.isStopping == false else { return }
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
        guard now - process.startTime < Self.standInSeconds else { return renewStandIn() }
        failed("starting a stand-in", "it has ended at once: the next reload tries again")
    }
}
