internal import Config
import Glibc
internal import Plan
internal import VRRP
internal import Wire

/// One virtual router as the driver runs it: its machine, and what the machine doesn't know.
final class VRRPMember {
    var plan: VRRPPlan.Instance
    var router: VirtualRouter
    var codec: AdvertCodec
    var ledger: PriorityLedger
    /// The interface of the adverts; 0 while it is not there, or where there is none.
    var ifindex: UInt32 = 0
    /// Of its own virtual link; 0 while it is not there, or where there is none.
    var virtualIfindex: UInt32 = 0
    /// Its virtual links are up: it serves.
    var isRaised = false
    /// When it is started; nil once it is.
    var startTime: Instant?
    var hasStopped = false
    /// What the director was last told.
    var role = ServiceRole.backup
    /// Interfaces whose `arp_ignore` it has raised.
    var silencedInterfaces: Set<String> = []
    /// The last transitions, newest last.
    private(set) var history: [(at: Instant, transition: VirtualRouter.Transition)] = []
    /// Its place in the state file.
    let slot: Int?
    /// An earlier run left its addresses in place, and advertised last at this time.
    var lastAdvert: VRRPStateFile.LastAdvert?
    /// The priority that it advertised then, until all trackers have said something.
    var inherited: UInt8?
    /// When `garp_extra_if` is due; nil while it isn't.
    var nextExtra: Instant?
    /// What its sync group was last told.
    var toldStatus: SyncGroup.Status?
    /// What was said of dropped adverts.
    var dropLog = VRRPDropLog()
    /// Adverts of a lower priority: anybody can send many, and each may start a script.
    var lowerPriorityLog = OncePerSecond()
    /// How many addresses fit into an advert, as it was last found.
    var saidLimit: Int?
    /// The network keeper was told that it serves.
    var hasNetwork: Bool
    /// Of addresses that something else removed.
    var putBacks: [IPAddress: PutBackRecord] = [:]
    /// A send failed, and it was said.
    var hasComplained = false

    private static let historyLimit = 32

    /// Waits to be started.
    init(
        _ plan: VRRPPlan.Instance, startingAt time: Instant, slot: Int?, lastAdvert: VRRPStateFile.LastAdvert?,
        sequence: UInt32 = 0
    ) {
        self.plan = plan
        router = VirtualRouter(plan.settings)
        codec = AdvertCodec(
            plan.format, digest: KeyedDigest.hmacMD5,
            sequence: max(sequence, UInt32(truncatingIfNeeded: Glibc.time(nil))))
        ledger = PriorityLedger(base: plan.settings.priority, trackers: plan.trackers)
        startTime = time
        self.slot = slot
        self.lastAdvert = lastAdvert
        role = lastAdvert == nil ? .backup : .active
        hasNetwork = lastAdvert != nil
    }

    var name: String { plan.name }

    /// Where adverts go out and come in at present.
    var advertIfindex: UInt32 {
        isRaised && plan.link != nil && !plan.transmitsOnBase ? virtualIfindex : ifindex
    }

    /// When it has to be given the timer event, or to be started.
    var nextDeadline: Instant? { startTime ?? router.nextDeadline }

    /// Notes a transition.
    func remember(_ transition: VirtualRouter.Transition, at now: Instant) {
        if history.count >= Self.historyLimit { history.removeFirst() }
        history.append((now, transition))
    }

    /// A new account for changed trackers or a changed base; what is known of a tracker stays known.
    func renewLedger() {
        var renewed = PriorityLedger(base: plan.settings.priority, trackers: plan.trackers)
        for entry in ledger.entries {
            _ = renewed.record(entry.verdict, kind: entry.tracker.kind, name: entry.tracker.name)
        }
        ledger = renewed
    }

    /// To look at.
    var status: VRRPStatus.Instance {
        VRRPStatus.Instance(
            router: router, ledger: ledger, interface: plan.interface,
            addresses: plan.addresses.map(\.address.address), history: history)
    }
}
