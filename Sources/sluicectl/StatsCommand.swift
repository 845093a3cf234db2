import ArgumentParser
import CSluiceABI
import Datapath
import Wire

/// `sluicectl stats`: what was counted, by verdict and by real server.
struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show counters: packets by verdict, and packets and bytes by real server.",
        discussion: """
            Each packet counts exactly one verdict, so the verdicts add up to the packets seen. Bytes are of IP packets \
            as they came. Figures of a real server begin when it is first configured.
            """)

    @OptionGroup var options: ViewOptions
    @Flag(name: .customLong("per-cpu"), help: "Each processor's figures, not the sum.")
    var perCPU = false

    func run() throws {
        let view = try options.view()
        let columns = perCPU ? try view.maps.countersPerCPU() : [try view.maps.countersNow()]
        let services = try view.services()
        if options.json {
            print(try json(view, columns, services).text)
            return
        }
        printVerdicts(columns)
        print("")
        print(
            "Prot LocalAddress:Port".padded(33),
            ["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"].map { $0.right(9) }.joined())
        print("  -> RemoteAddress:Port")
        for service in services { try printService(view, service) }
    }

    private func printVerdicts(_ columns: [Counters]) {
        let titles = perCPU ? columns.indices.map { "cpu\($0)" } : ["packets"]
        print("Verdict".padded(44), titles.map { $0.right(12) }.joined())
        for verdict in allVerdicts where columns.contains(where: { $0[verdict] > 0 }) {
            print(Names.verdict(verdict)?.words.padded(44) ?? "", columns.map { "\($0[verdict])".right(12) }.joined())
        }
        print("all packets".padded(44), columns.map { "\($0.packets)".right(12) }.joined())
        for event in allEvents where columns.contains(where: { $0[event] > 0 }) {
            print(
                ("(" + (Names.event(event)?.words ?? "") + ")").padded(44),
                columns.map { "\($0[event])".right(12) }.joined())
        }
    }

    private func printService(_ view: ForwarderView, _ service: ListedService) throws {
        let sum = service.destinations.map(\.counters).reduce(DestinationCounters(), +)
        let name = Names.transport(service.transport).padded(4) + " " + service.address.text(withPort: service.port)
        print(name.padded(33), sum.columns)
        for destination in service.destinations {
            let name = "  -> " + destination.address.text(withPort: destination.port)
            print(name.padded(33), destination.counters.columns)
            guard perCPU else { continue }
            for (cpu, counters) in try view.maps.destinationCountersPerCPU(destination.index).enumerated() {
                print("       cpu\(cpu)".padded(33), counters.columns)
            }
        }
    }

    private func json(_ view: ForwarderView, _ columns: [Counters], _ services: [ListedService]) throws -> JSON {
        let values = columns.map(\.json)
        let listed = try services.map { service in
            JSON.object([
                ("protocol", .string(Names.transport(service.transport).lowercased())),
                ("address", .string("\(service.address)")),
                ("port", .int(Int(service.port))),
                ("counters", service.destinations.map(\.counters).reduce(DestinationCounters(), +).json),
                ("destinations", .array(try service.destinations.map { try json(view, $0) })),
            ])
        }
        return .object([
            (perCPU ? "per_cpu" : "counters", perCPU ? .array(values) : values[0]), ("services", .array(listed)),
        ])
    }

    private func json(_ view: ForwarderView, _ destination: ListedDestination) throws -> JSON {
        var members: [(String, JSON)] = [
            ("address", .string("\(destination.address)")), ("port", .int(Int(destination.port))),
            ("counters", destination.counters.json),
        ]
        if perCPU {
            members.append(("per_cpu", .array(try view.maps.destinationCountersPerCPU(destination.index).map(\.json))))
        }
        return .object(members)
    }
}

private let allVerdicts = (0..<sluice_verdict.SLUICE_VERDICT_COUNT.rawValue).compactMap { sluice_verdict(rawValue: $0) }
private let allEvents = (0..<sluice_event.SLUICE_EVENT_COUNT.rawValue).compactMap { sluice_event(rawValue: $0) }

extension Counters {
    fileprivate var json: JSON {
        .object([
            ("packets", .int(Int(packets))),
            (
                "verdicts",
                .object(allVerdicts.compactMap { one in Names.verdict(one).map { ($0.key, .int(Int(self[one]))) } })
            ),
            (
                "events",
                .object(allEvents.compactMap { one in Names.event(one).map { ($0.key, .int(Int(self[one]))) } })
            ),
        ])
    }
}

extension DestinationCounters {
    fileprivate var columns: String {
        [connections, packetsIn, packetsOut, bytesIn, bytesOut].map { Self.short($0).right(9) }.joined()
    }

    /// A number in eight places, as ipvsadm shortens it: thousands K, millions M, thousand millions G, then T.
    private static func short(_ value: UInt64) -> String {
        switch value {
        case ..<100_000_000: "\(value)"
        case ..<1_000_000_000: "\(value / 1_000)K"
        case ..<100_000_000_000: "\(value / 1_000_000)M"
        case ..<100_000_000_000_000: "\(value / 1_000_000_000)G"
        default: "\(value / 1_000_000_000_000)T"
        }
    }
}
