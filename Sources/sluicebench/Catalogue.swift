import BPF
import CSluiceABI
import Config

/// The cases of one mode and family, measured together: set up one group at a time, they take a few gigabytes at most.
struct Group {
    let mode: ForwardingMode
    let family: Family

    /// Cheapest first.
    static var all: [Group] {
        [ForwardingMode.dr, .tun, .nat].flatMap { mode in Family.allCases.map { Group(mode: mode, family: $0) } }
    }

    var name: String { "\(mode.name) \(family.rawValue)" }
}

/// Sets up the cases of a group, each with a subject made for it.
final class Catalogue {
    private let wrapper: Wrapper
    private let isWanted: (Labels) -> Bool
    private var cases: [Case] = []

    /// As many flows as "many" means.
    private static let many = 1 << 20

    private init(_ wrapper: Wrapper, _ isWanted: @escaping (Labels) -> Bool) {
        self.wrapper = wrapper
        self.isWanted = isWanted
    }

    /// The wanted cases of a group.
    static func cases(
        _ group: Group, _ wrapper: Wrapper, where isWanted: @escaping (Labels) -> Bool
    ) throws -> [Case] {
        let catalogue = Catalogue(wrapper, isWanted)
        for scheduler in [Scheduler.mh, .rr] { try catalogue.addStateful(group.mode, group.family, scheduler) }
        if group.mode == .nat {
            try catalogue.addReplies(group.family)
        } else {
            try catalogue.addStateless(group.mode, group.family)
        }
        if group.mode == .tun { try catalogue.addScale(group.family) }
        return catalogue.cases
    }

    /// Adds a case if it is wanted; `subject` makes what it runs on.
    private func add(
        _ setup: Setup, _ path: Path, flows: Int, in subject: () throws -> Subject
    ) throws {
        let labels = Labels(
            mode: setup.mode.name, family: setup.family, scheduler: setup.scheduler.rawValue, path: path.rawValue,
            flows: flows, services: setup.services, destinations: setup.services * setup.servers)
        guard isWanted(labels) else { return }
        cases.append(path.makeCase(labels, subject: try subject(), wrapper: wrapper))
    }

    /// A subject that is set up when it is first asked for.
    private func later(_ setup: Setup, _ fill: @escaping (Filler) throws -> Void = { _ in }) -> () throws -> Subject {
        var made: Subject?
        return { [wrapper] in
            if let made { return made }
            let subject = try Subject(setup)
            try fill(Filler(wrapper: wrapper, subject: subject))
            made = subject
            return subject
        }
    }

    /// NAT keeps two entries for a connection.
    private func setup(_ mode: ForwardingMode, _ family: Family, _ scheduler: Scheduler) -> Setup {
        Setup(mode: mode, family: family, scheduler: scheduler, capacity: Self.many * (mode == .nat ? 8 : 4))
    }

    private func addStateful(_ mode: ForwardingMode, _ family: Family, _ scheduler: Scheduler) throws {
        let setup = setup(mode, family, scheduler)
        let established = later(setup) { try $0.establish(Flows(count: Self.many)) }
        let counts = scheduler == .mh ? Session.flowCounts : [1, Self.many]
        for flows in counts { try add(setup, .hit, flows: flows, in: established) }
        if scheduler == .mh { try add(setup, .pass, flows: 1, in: established) }
        try add(setup, .new, flows: Self.many, in: later(setup))
        try add(setup, .newTableFull, flows: Self.many, in: later(setup) { try $0.fillUp() })
    }

    private func addStateless(_ mode: ForwardingMode, _ family: Family) throws {
        var setup = setup(mode, family, .mh)
        setup.isStateless = true
        setup.capacity = 1024
        let subject = later(setup)
        for flows in [1, Self.many] { try add(setup, .stateless, flows: flows, in: subject) }
    }

    /// One real server: all replies come from it.
    private func addReplies(_ family: Family) throws {
        var setup = setup(.nat, family, .mh)
        setup.servers = 1
        let subject = later(setup) { try $0.establish(Flows(count: Self.many)) }
        for flows in Session.flowCounts { try add(setup, .reply, flows: flows, in: subject) }
    }

    /// A thousand services and ten thousand destinations.
    private func addScale(_ family: Family) throws {
        var setup = setup(.tun, family, .mh)
        setup.services = 1024
        setup.servers = 10
        let subject = later(setup) { try $0.establish(Flows(count: Self.many, services: setup.services)) }
        try add(setup, .hit, flows: Self.many, in: subject)
    }
}

/// Fills a subject's flow table by packets.
struct Filler {
    let wrapper: Wrapper
    let subject: Subject

    /// Opens the connections and has them established, some at a time: the table has little room for half-open ones, and a test
    /// run of more than one packet waits for all processors.
    func establish(_ flows: Flows) throws {
        let step = min(flows.count, 1 << 15)
        let syn = Frame(subject.setup.family, .syn)
        let data = Frame(subject.setup.family, .data)
        for first in stride(from: flows.first, to: flows.first + flows.count, by: step) {
            let some = Flows(count: step, first: first, services: flows.services, isFilling: true)
            _ = try wrapper.run(subject.program, syn, some, packets: step)
            _ = try wrapper.run(subject.program, data, some, packets: step)
        }
    }

    /// Fills the table: half of its ways with established connections, all the others with half-open ones.
    func fillUp() throws {
        let connections = subject.setup.capacity / (subject.setup.mode == .nat ? 2 : 1)
        try establish(Flows(count: connections / 2, first: Self.fillers))
        let halfOpen = Flows(count: connections, first: Self.fillers + connections)
        _ = try wrapper.run(subject.program, Frame(subject.setup.family, .syn), halfOpen, packets: halfOpen.count)
    }

    /// Flows from this number on are no case's.
    private static let fillers = 1 << 29
}

extension ForwardingMode {
    fileprivate var name: String {
        switch self {
        case .dr: "dr"
        case .tun: "tun"
        case .nat: "nat"
        }
    }
}
