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

/// The controller: observe, plan, edit. Whatever changes makes a new desired state, and its difference to the maps is applied.
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
    private var attached: [String: UInt32] = [:]
    private var generic: Set<String> = []
    private var complained: Set<String> = []
    var role: ServiceRole = .active
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
        try surroundings.readAll()
        forwarder = try Forwarder(
            instance: options.instance, sizes: sizes, features: Features(nat: false, anyPort: false, stateless: false),
            secrets: secrets)
        actual = forwarder.maps.snapshot()
        attachments = Attachments(instance: options.instance)
    }

    /// Fills the maps, then attaches. Afterwards packets are forwarded.
    package func start() throws {
        switch forwarder.start {
        case .cold: log.info("starting with empty maps")
        case .adopted: log.info("adopting the maps of an earlier run: \(actual.destinations.count) destinations, flows kept")
        case .beside(let others):
            log.warning(
                "the pinned maps are of another layout or flow table size (\(others.joined(separator: ", "))): starting with empty maps beside them; established flows start anew"
            )
        }
        applySettings()
        try reconcile()
        if case .beside(let others) = forwarder.start { forwarder.removeOthers(others) }
        if attached.isEmpty {
            log.warning("no interface to attach to yet: waiting for one that leads to a VIP")
        }
        log.notice("forwarding: \(configuration.virtualServices.count) virtual services on \(attached.keys.sorted().joined(separator: ", "))")
    }

    /// Makes maps and attachments what configuration and surroundings ask for.
    func reconcile() throws {
        let plan = AttachmentPlan(configuration, &surroundings)
        let desired = try desiredState(plan)
        let wanted = neededFeatures(desired)
        let both = union(wanted, forwarder.features)
        try use(both)
        try apply(desired)
        try use(union(wanted, retiredFeatures()))
        try attach(plan)
    }

    private func desiredState(_ plan: AttachmentPlan) throws -> DesiredState {
        let servers = Set(configuration.virtualServices.flatMap { $0.realServers.map(\.address) })
        var hops: [IPAddress: NextHop] = [:]
        let vips = Set(configuration.virtualServices.map(\.address))
        for server in servers { hops[server] = surroundings.nextHop(to: server, vips: vips) }
        reportUnresolved(servers, hops)
        let egress = Set(hops.values.map(\.ifindex))
        let interfaces = plan.present.union(egress).compactMap { ifindex -> InterfaceState? in
            guard let link = surroundings.link(ifindex), let mac = link.mac else { return nil }
            return InterfaceState(
                ifindex: ifindex, mac: mac, mtu: link.mtu, attached: plan.present.contains(ifindex),
                generic: generic.contains(link.name))
        }
        let settings = forwarder.maps.settings[0]
        let longest = UInt64(FlowTimeouts(settings).ticks.filter { $0 != UInt16.max }.max() ?? 0)
        return DesiredState(
            services: configuration.virtualServices.map { DesiredService($0, role: role) }, nextHops: hops,
            interfaces: interfaces, now: try forwarder.jiffies(), settleTime: longest << UInt64(settings.tick_shift))
    }

    private func apply(_ desired: DesiredState) throws {
        let rings = forwarder.maps.rings
        let edits = try planner.edits(from: actual, to: desired) { rings.holds($0, $1) }
        apply(edits)
        if !edits.isEmpty { log.debug("applied \(edits.count) edits") }
    }

    /// A plan may use ring regions again that the one before gave up: packets under way must be through with them first.
    private func apply(_ edits: [Edit]) {
        guard !edits.isEmpty else { return }
        let since = SystemClock.monotonicSeconds - lastEditSeconds
        if since < Self.graceSeconds { usleep(useconds_t((Self.graceSeconds - since) * 1e6)) }
        defer { lastEditSeconds = SystemClock.monotonicSeconds }
        for edit in edits {
            forwarder.maps.apply(edit)
            actual.apply(edit)
        }
    }

    // MARK: features

    private func neededFeatures(_ desired: DesiredState) -> Features { union(Features(of: desired), retiredFeatures()) }

    /// NAT flows of removed real servers still need NAT.
    private func retiredFeatures() -> Features {
        Features(
            nat: actual.destinations.values.contains { $0.mode == UInt8(sluice_mode.SLUICE_MODE_NAT.rawValue) },
            anyPort: false, stateless: false)
    }

    private func union(_ one: Features, _ other: Features) -> Features {
        Features(nat: one.nat || other.nat, anyPort: one.anyPort || other.anyPort, stateless: one.stateless || other.stateless)
    }

    private func use(_ features: Features) throws {
        guard features != forwarder.features else { return }
        try forwarder.use(features)
        try attachments.replace(with: forwarder.program)
    }

    // MARK: attachments

    private func attach(_ plan: AttachmentPlan) throws {
        let present = plan.present.compactMap { surroundings.link($0) }
        for name in plan.missing { complainOnce("interface \(name) is not there: waiting for it to appear") }
        let wanted = Dictionary(uniqueKeysWithValues: present.map { ($0.name, $0.index) })
        for (name, ifindex) in wanted.sorted(by: { $0.key < $1.key }) where attached[name] != ifindex { attach(name, ifindex) }
        for name in Set(attached.keys).union(attachments.pinned()).subtracting(wanted.keys) {
            attachments.detach(name)
            if attached.removeValue(forKey: name) != nil { log.notice("\(name): detached") }
        }
    }

    private func attach(_ name: String, _ ifindex: UInt32) {
        let modes: [BPF.XDPMode] =
            switch configuration.global.xdpMode {
            case .native: [.native]
            case .generic: [.generic]
            case .auto: [.native, .generic]
            }
        do {
            let outcome = try attachments.attach(forwarder.program, interface: name, ifindex: ifindex, modes: modes)
            attached[name] = ifindex
            switch outcome {
            case .native: log.notice("\(name): attached, native XDP")
            case .generic:
                generic.insert(name)
                let reason = configuration.global.xdpMode == .auto ? ": the driver has no native XDP, expect a tenth of the speed" : ""
                log.warning("\(name): attached, generic XDP\(reason)")
            case .adopted: log.notice("\(name): took over the program of an earlier run, no packet missed it")
            }
        } catch {
            complainOnce("\(name): not attached: \(error)")
        }
    }

    private func reportUnresolved(_ servers: Set<IPAddress>, _ hops: [IPAddress: NextHop]) {
        for server in servers.sorted() {
            let key = "route \(server)"
            if hops[server] == nil {
                if complained.insert(key).inserted {
                    log.warning("real server \(server): no route to it (or it is this machine): its packets are dropped")
                }
            } else if complained.remove(key) != nil {
                log.notice("real server \(server): there is a route now")
            }
        }
    }

    /// A warning that would repeat with every event is given once.
    private func complainOnce(_ text: String) {
        if complained.insert(text).inserted { log.warning("\(text)") }
    }

    // MARK: settings and sweeps

    /// Writes the timeouts of the configuration; those that don't fit the running clock are cut, and said.
    func applySettings() {
        let timeouts = configuration.global.timeouts
        let seconds = FlowTimeouts.seconds(tcp: timeouts.tcpSeconds, tcpFin: timeouts.tcpFinSeconds, udp: timeouts.udpSeconds)
        var settings = forwarder.maps.settings[0]
        let jiffy = SystemClock.tickNanoseconds
        let ticks = FlowTimeouts(seconds: seconds, shift: settings.tick_shift, jiffyNanoseconds: jiffy)
        let limit = Double(FlowTimeouts.limit) * Double(jiffy << UInt64(settings.tick_shift)) / 1e9
        if let longest = seconds.values.max(), Double(longest) > limit {
            log.warning("a timeout of \(longest) s does not fit the running flow table: cut to \(Int(limit)) s until a cold start")
        }
        withUnsafeMutableBytes(of: &settings.timeout) { bytes in
            ticks.ticks.withUnsafeBytes { bytes.copyMemory(from: $0) }
        }
        forwarder.maps.settings.store(settings, at: 0, words: 0..<forwarder.maps.settings.wordCount)
        actual.settings = settings
    }

    /// Frees expired flows, and the indexes of removed real servers that no flow names any more.
    func sweep() throws {
        let found = forwarder.maps.flows.sweep(
            tick: try forwarder.tick(), timeouts: FlowTimeouts(forwarder.maps.settings[0]), removing: true)
        let edits = Planner.reclaim(actual, referenced: found.referenced)
        apply(edits)
        if !edits.isEmpty {
            log.info("freed \(edits.count) places of removed real servers")
            try reconcile()
        }
    }

    /// Removed real servers whose flows are being waited for.
    var hasRetired: Bool {
        actual.destinations.values.contains { $0.flags & UInt8(SLUICE_DESTINATION_AVAILABLE) == 0 }
    }

    /// Takes the program off all interfaces and removes the pins: traffic is the kernel's again.
    func detachAll() {
        for name in attachments.pinned() { attachments.detach(name) }
        attached = [:]
        forwarder.unpin()
        options.instance.removeEmptyFolders()
    }

    /// Interfaces that the program runs on.
    var attachedNames: [String] { attached.keys.sorted() }
}
