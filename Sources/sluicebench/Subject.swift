import BPF
import CSluiceABI
import Config
import Datapath
import Linux
import Plan
import Wire

/// What a subject of measurement is set up for.
struct Setup: Hashable {
    var mode: ForwardingMode
    var family: Family
    var scheduler: Scheduler
    var isStateless = false
    /// A power of two.
    var services = 1
    /// Real servers of each service.
    var servers = 100
    /// Flows that its table has room for, a power of two.
    var capacity = 1 << 22
}

/// The forwarder, loaded with maps of its own: services, real servers behind them, an empty flow table. Nothing is pinned or
/// attached.
final class Subject {
    let setup: Setup
    let program: Program
    private let counters: Map
    private let flows: MappedMemory

    init(_ setup: Setup) throws {
        self.setup = setup
        let desired = setup.desired
        let settings = Self.settings(setup)
        let object = try Object(ProgramImage.sluice, name: "sluice")
        try object.setMaxEntries(ofMap: "flows4", Int(settings.flow_buckets4))
        try object.setMaxEntries(ofMap: "flows6", Int(settings.flow_buckets6))
        try object.setMaxEntries(ofMap: "hops", Int(settings.hops))
        try object.setInitialValue(
            ofMap: ".rodata.config", sluice_config(Features(of: desired), settings, limited: false))
        try object.load()
        program = try object.program("sluice")
        counters = try object.map("counters")
        flows = try object.map(setup.family == .ipv4 ? "flows4" : "flows6").mapMemory(writable: true)
        try object.map("settings").update(UInt32(0), settings)
        try Self.fill(object, desired, settings)
    }

    private static func settings(_ setup: Setup) -> sluice_settings {
        var settings = sluice_settings()
        var generator = SystemRandomNumberGenerator()
        withUnsafeMutableBytes(of: &settings.secret) { bytes in
            for index in 0..<Int(SLUICE_SECRETS) {
                bytes.storeBytes(of: generator.next() | 1, toByteOffset: index * 8, as: UInt64.self)
            }
        }
        let buckets = UInt32(setup.capacity / Int(SLUICE_FLOW_WAYS))
        settings.flow_buckets4 = setup.family == .ipv4 ? buckets : 1
        settings.flow_buckets6 = setup.family == .ipv6 ? buckets : 1
        settings.hops = setup.mode == .nat ? 1 << 20 : 1
        settings.tick_shift = FlowTimeouts.shift(
            longestSeconds: 900, jiffyNanoseconds: SystemClock.tickNanoseconds)
        // No flow expires while the benchmark runs.
        withUnsafeMutableBytes(of: &settings.timeout) { bytes in
            for state in 0..<Int(sluice_flow_state.SLUICE_FLOW_STATES.rawValue) {
                bytes.storeBytes(of: UInt16(FlowTimeouts.limit), toByteOffset: state * 2, as: UInt16.self)
            }
        }
        return settings
    }

    /// Plans what the maps should say, and writes it.
    private static func fill(_ object: Object, _ desired: DesiredState, _ settings: sluice_settings) throws {
        var planner = Planner()
        var actual = ActualState(settings: settings)
        let rings = try object.map("rings").mapMemory(writable: true)
        for edit in try planner.edits(from: actual, to: desired, ringHolds: { _, _ in false }) {
            actual.apply(edit)
            guard case .writeRing(let base, let entries) = edit else { continue }
            for (index, entry) in entries.enumerated() { rings.store32(entry, at: (Int(base) + index) * 4) }
        }
        let services = try object.map("services")
        for (slot, value) in actual.services { try services.update(slot, value) }
        let destinations = try object.map("destinations")
        for (index, value) in actual.destinations { try destinations.update(UInt32(index), value) }
        let interfaces = try object.map("interfaces")
        for (slot, value) in actual.interfaces { try interfaces.update(slot, value) }
    }

    /// Forgets all flows.
    func clear() {
        flows.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// What the program has counted so far, on all processors.
    func tally() throws -> Tally {
        guard let each = try counters.lookupPerCPU(UInt32(0), as: sluice_counters.self) else {
            throw BenchError("the counters are gone")
        }
        return each.reduce(into: Tally()) { $0.add($1) }
    }
}

extension Setup {
    /// The configuration, everything up and resolved.
    fileprivate var desired: DesiredState {
        let nowhere = SourceLocation(file: "sluicebench", line: 0)
        var hops: [IPAddress: NextHop] = [:]
        let services = (0..<services).map { index in
            let realServers = (0..<self.servers).map { server in
                let address = Network.address(Network.servers + UInt32(index * self.servers + server), family)
                hops[address] = hop
                return RealServer(
                    address: address, port: mode == .nat ? Network.serverPort : Network.servicePort, weight: 1,
                    mode: mode,
                    location: nowhere)
            }
            return DesiredService(
                VirtualService(
                    address: Network.address(Network.vips + UInt32(index), family), port: Network.servicePort,
                    transport: .tcp,
                    scheduler: scheduler, isStateless: isStateless, realServers: realServers, location: nowhere))
        }
        let interface = InterfaceState(
            ifindex: Network.ifindex, mac: Network.directorMAC, mtu: 1500, attached: true, generic: false)
        return DesiredState(services: services, nextHops: hops, interfaces: [interface])
    }

    private var hop: NextHop {
        NextHop(
            ifindex: Network.ifindex, sourceMAC: Network.directorMAC, destinationMAC: Network.serverMAC, mtu: 1500,
            source: Network.address(Network.director, family))
    }
}

/// The forwarder's own counters.
struct Tally {
    private var verdicts = [Int](repeating: 0, count: Int(sluice_verdict.SLUICE_VERDICT_COUNT.rawValue))
    private var events = [Int](repeating: 0, count: Int(sluice_event.SLUICE_EVENT_COUNT.rawValue))

    mutating func add(_ counters: sluice_counters) {
        withUnsafeBytes(of: counters.verdict) { bytes in
            for (index, value) in bytes.bindMemory(to: UInt64.self).enumerated() { verdicts[index] += Int(value) }
        }
        withUnsafeBytes(of: counters.event) { bytes in
            for (index, value) in bytes.bindMemory(to: UInt64.self).enumerated() { events[index] += Int(value) }
        }
    }

    /// What came since an earlier one.
    func since(_ earlier: Tally) -> Tally {
        var difference = self
        for index in verdicts.indices { difference.verdicts[index] -= earlier.verdicts[index] }
        for index in events.indices { difference.events[index] -= earlier.events[index] }
        return difference
    }

    subscript(verdict: sluice_verdict) -> Int { verdicts[Int(verdict.rawValue)] }
    subscript(event: sluice_event) -> Int { events[Int(event.rawValue)] }
    /// The verdicts that were counted, as text: `verdict NUMBER: COUNT`.
    var summary: String {
        let counted =
            verdicts.enumerated().filter { $0.element != 0 }.map { "verdict \($0.offset): \($0.element)" }
            + events.enumerated().filter { $0.element != 0 }.map { "event \($0.offset): \($0.element)" }
        return counted.joined(separator: ", ")
    }

    /// Packets: each counts one verdict.
    var packets: Int { verdicts.reduce(0, +) }
}
