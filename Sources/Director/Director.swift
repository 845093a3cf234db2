internal import BPF
internal import CSluiceABI
package import Config
internal import Datapath
import Glibc
internal import Linux
package import Logging
internal import Netlink
internal import Plan
internal import Wire

/// The controller: observe, plan, edit. Whatever changes makes a new desired state, and its difference to the maps is
/// applied.
///
/// It lives on one thread; see `run`.
package final class Director {
    let options: DirectorOptions
    let log: Logger
    var configuration: Configuration
    let forwarder: Forwarder
    var surroundings: Surroundings
    private var planner = Planner()
    /// The maps as they are: read once, and followed edit by edit, since nobody else writes them.
    private(set) var actual: ActualState
    var attachments: Attachments
    /// By ifindex.
    var attached: [UInt32: AttachedInterface] = [:]
    /// Some interface could not be attached to: to be tried again.
    var hasUnattached = false
    var schedule = Schedule(now: SystemClock.monotonicSeconds)
    private var complained: Set<String> = []
    /// What fails at the moment.
    private var failing: Set<String> = []
    /// The links' program may be put on our maps: adopted ones are filled, others after the first edits.
    private var mapsAreFilled: Bool
    /// The number of the program that all links run, once they do.
    private var linkedProgram: UInt32?
    /// For services whose VIP no VRRP instance has, and for all once it stops.
    var role: ServiceRole = .active
    /// nil while there is no VRRP instance.
    var vrrp: VRRPService?
    /// nil while there are neither VRRP instances nor static addresses, routes and rules.
    var keeper: NetworkKeeper?
    /// Real servers that are out of service though configured; whoever changes it calls `vrrp.follow`.
    var outOfService: Set<ServerName> = []
    /// Carries VRRP on if this process dies; nil while there is no VRRP instance.
    var standIn: StandInProcess?
    private var lastEditSeconds = 0.0
    /// Longer than the kernel handles a batch of packets without a pause.
    private static let graceSeconds = 0.005

    /// Opens the instance's maps, old or new. Nothing is attached before `start`.
    ///
    /// - Throws: what can't be had: privileges, kernel features, the maps.
    package init(_ configuration: Configuration, options: DirectorOptions, log: Logger) throws {
        self.configuration = configuration
        self.options = options
        self.log = log
        let adopted = try AdoptedVRRP(configuration, options, log)
        vrrp = adopted?.service
        keeper = adopted?.keeper
        standIn = adopted?.standIn
        let global = configuration.global
        let jiffy = SystemClock.tickNanoseconds
        let seconds = FlowTimeouts.seconds(
            tcp: global.timeouts.tcpSeconds, tcpFin: global.timeouts.tcpFinSeconds, udp: global.timeouts.udpSeconds)
        let sizes = ForwarderSizes(
            flows: global.flowTableSize,
            tickShift: FlowTimeouts.shift(longestSeconds: seconds.values.max() ?? 0, jiffyNanoseconds: jiffy))
        var random = SystemRandomNumberGenerator()
        let secrets = (0..<SLUICE_SECRETS).map { _ in random.next() }
        surroundings = Surroundings(try NetlinkSocket())
        try surroundings.refresh()
        forwarder = try Forwarder(
            instance: options.instance, sizes: sizes, features: Features(nat: false, anyPort: false, stateless: false),
            secrets: secrets)
        actual = forwarder.maps.snapshot()
        mapsAreFilled = forwarder.start == .adopted && forwarder.others.isEmpty
        attachments = Attachments(instance: options.instance)
    }

    /// Fills the maps, then attaches. Afterwards packets are forwarded.
    func start() throws {
        switch forwarder.start {
        case .cold: log.info("starting with empty maps")
        case .adopted:
            log.info("adopting the maps of an earlier run: \(actual.destinations.count) destinations, flows kept")
        case .beside:
            let others = forwarder.others.joined(separator: ", ")
            log.warning(
                """
                the pinned maps are of another layout or flow table size (\(others)): starting with \
                empty maps beside them; established flows start anew
                """)
        }
        applySettings()
        adoptLinks()
        let taken = attachedNames
        try reconcile(pruning: true)
        schedule.reconciled(isIncomplete ? .incomplete : .done, at: now)
        schedule.retired(retiredCount, at: now)
        for name in taken where attachedNames.contains(name) {
            log.notice("\(name): took over the program of an earlier run, no packet missed it")
        }
        forwarder.removeOthers()
        if attached.isEmpty { log.warning("no interface to attach to yet: waiting for one that leads to a VIP") }
        let names = attachedNames.joined(separator: ", ")
        log.notice("forwarding: \(configuration.virtualServices.count) virtual services on \(names)")
    }

    /// A start that failed leaves nothing of its own; what an earlier run left goes on forwarding.
    func abandonStart() {
        switch forwarder.start {
        case .cold: detachAll()
        case .adopted: break
        case .beside: if linkedProgram == nil { forwarder.unpin() }
        }
    }

    /// Makes maps and attachments what configuration and surroundings ask for.
    ///
    /// - Parameter pruning: interfaces that are not asked for are detached. Without it they keep the program as long as
    ///   they exist: a route that is away for a moment is no reason.
    func reconcile(pruning: Bool = false) throws {
        try surroundings.refresh()
        provideVirtualLinks()
        surroundings.beginNeeds()
        var plan = try AttachmentPlan(configuration, &surroundings)
        addVRRPInterfaces(to: &plan)
        if !pruning { plan.present.formUnion(attached.keys.filter { surroundings.link($0) != nil }) }
        let desired = try desiredState(plan)
        let wanted = neededFeatures(desired)
        try use(union(wanted, forwarder.features))
        try apply(desired)
        mapsAreFilled = true
        try use(union(wanted, retiredFeatures()))
        let genericBefore = genericInterfaces
        try attach(plan)
        if genericInterfaces != genericBefore { try apply(desiredState(plan)) }
        surroundings.releaseUnneeded()
    }

    /// Only the roles may have changed: what was seen of the network at the last reconcile is good enough.
    func applyRoles() throws {
        var plan = try AttachmentPlan(configuration, &surroundings)
        plan.present.formUnion(attached.keys.filter { surroundings.link($0) != nil })
        try apply(desiredState(plan))
    }

    /// Something that the last reconcile wanted could not be done and may go better later.
    var isIncomplete: Bool { hasUnattached || surroundings.hasFailed }

    private var genericInterfaces: Set<UInt32> { Set(attached.filter(\.value.isGeneric).keys) }

    private func desiredState(_ plan: AttachmentPlan) throws -> DesiredState {
        let servers = Set(configuration.virtualServices.flatMap { $0.realServers.map(\.address) })
        var hops: [IPAddress: NextHop] = [:]
        let vips = Set(configuration.virtualServices.map(\.address))
        for server in servers { hops[server] = try surroundings.nextHop(to: server, vips: vips) }
        reportUnresolved(servers, hops)
        let egress = Set(hops.values.map(\.ifindex))
        let interfaces = plan.present.union(egress).compactMap { ifindex -> InterfaceState? in
            guard let link = surroundings.link(ifindex), let mac = link.mac else { return nil }
            return InterfaceState(
                ifindex: ifindex, mac: mac, mtu: link.mtu, attached: plan.present.contains(ifindex),
                generic: attached[ifindex]?.isGeneric ?? false)
        }
        let settings = forwarder.maps.settings[0]
        let longest = UInt64(FlowTimeouts(settings).ticks.filter { $0 != UInt16.max }.max() ?? 0)
        var desired = DesiredState(
            services: configuration.virtualServices.map { DesiredService($0, role: role(for: $0)) }, nextHops: hops,
            interfaces: interfaces, now: try forwarder.jiffies(), settleTime: longest << UInt64(settings.tick_shift))
        desired.virtualMACs = virtualMACs
        desired.unacceptedVIPs = unacceptedVIPs
        return desired
    }

    private func apply(_ desired: DesiredState) throws {
        let rings = forwarder.maps.rings
        let edits = try planner.edits(from: actual, to: desired) { rings.holds($0, $1) }
        apply(edits)
        if !edits.isEmpty { log.debug("applied \(edits.count) edits") }
    }

    /// A plan may use ring regions again that the one before gave up: packets under way must be through with them first.
    func apply(_ edits: [Edit]) {
        guard !edits.isEmpty else { return }
        waitForGrace()
        defer { lastEditSeconds = SystemClock.monotonicSeconds }
        for edit in edits {
            forwarder.maps.apply(edit)
            actual.apply(edit)
        }
    }

    /// Until packets that were under way at the last edit are through.
    func waitForGrace() {
        let since = SystemClock.monotonicSeconds - lastEditSeconds
        if since < Self.graceSeconds { usleep(useconds_t((Self.graceSeconds - since) * 1e6)) }
    }

    /// Notes settings that were written.
    func setActual(_ settings: sluice_settings) { actual.settings = settings }

    // MARK: features

    private func neededFeatures(_ desired: DesiredState) -> Features { union(Features(of: desired), retiredFeatures()) }

    /// NAT flows of removed real servers still need NAT.
    private func retiredFeatures() -> Features {
        Features(
            nat: actual.destinations.values.contains { $0.mode == UInt8(sluice_mode.SLUICE_MODE_NAT.rawValue) },
            anyPort: false, stateless: false)
    }

    private func union(_ one: Features, _ other: Features) -> Features { one.union(other) }

    private func use(_ features: Features) throws {
        if features != forwarder.features { try forwarder.use(features) }
        let program = forwarder.program
        guard mapsAreFilled, linkedProgram != program.info.id else { return }
        try attachments.replace(with: program)
        linkedProgram = program.info.id
    }

    // MARK: complaints

    private func reportUnresolved(_ servers: Set<IPAddress>, _ hops: [IPAddress: NextHop]) {
        for server in servers.sorted() {
            let key = "route \(server)"
            if hops[server] == nil {
                if complained.insert(key).inserted {
                    log.warning(
                        "real server \(server): no route to it (or it is this machine): its packets are dropped")
                }
            } else if complained.remove(key) != nil {
                log.notice("real server \(server): there is a route now")
            }
        }
    }

    /// A warning that would repeat with every event is given once.
    func complainOnce(_ text: String) {
        if complained.insert(text).inserted { log.warning("\(text)") }
    }

    /// Logs a failure of something that is tried again and again, once until it is done.
    func failed(_ what: String, _ text: String) {
        if failing.insert(what).inserted { log.error("\(what): \(text)") } else { log.debug("\(what): \(text)") }
    }

    /// What may have failed before has been done.
    func recovered(_ what: String) {
        if failing.remove(what) != nil { log.notice("\(what): done") }
    }
}
