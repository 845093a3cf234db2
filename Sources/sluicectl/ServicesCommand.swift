import ArgumentParser
import CSluiceABI
import Datapath
import Wire

/// `sluicectl services`: virtual services and their real servers, as `ipvsadm -Ln` lists them.
struct Services: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List virtual services, their real servers, weights and connections.",
        discussion: """
            Columns are those of ipvsadm -Ln. ActiveConn and InActConn are counted from the flow table. A real server \
            behind which stands "removed" is no longer configured and kept for its flows; "unresolved": its next hop's \
            MAC address is not known, so packets to it are dropped.
            """)

    @OptionGroup var options: ViewOptions

    func run() throws {
        let services = try options.view().services()
        if options.json {
            print(JSON.object([("services", .array(services.map(\.json)))]).text)
            return
        }
        print("Prot LocalAddress:Port Scheduler Flags")
        print("  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn")
        for service in services { print(service.table) }
    }
}

extension ListedService {
    fileprivate var table: String {
        let name = Names.transport(transport).padded(4) + " " + address.text(withPort: port)
        let head = ([name, Names.scheduler(scheduler)] + Names.flags(self)).joined(separator: " ")
        return ([head] + destinations.map { $0.row(isStateless: isStateless) }).joined(separator: "\n")
    }

    private var isStateless: Bool { flags & UInt16(SLUICE_SERVICE_STATELESS) != 0 }

    fileprivate var json: JSON {
        .object([
            ("protocol", .string(Names.transport(transport).lowercased())), ("address", .string("\(address)")),
            ("port", .int(Int(port))), ("scheduler", .string(Names.scheduler(scheduler))),
            ("flags", .array(Names.flags(self).map { .string($0) })),
            ("destinations", .array(destinations.map { $0.json(isStateless: isStateless) })),
        ])
    }
}

extension ListedDestination {
    fileprivate var remarks: [String] {
        (isAvailable ? [] : ["removed"]) + (isResolved || !isAvailable ? [] : ["unresolved"])
    }

    fileprivate func row(isStateless: Bool) -> String {
        let counts = isStateless ? ["stateless", "-"] : ["\(active)", "\(inactive)"]
        let columns = [
            "  -> " + address.text(withPort: port).padded(28), Names.forward(mode).padded(7), "\(weight)".padded(6),
            counts[0].padded(10), counts[1].padded(remarks.isEmpty ? 0 : 10),
        ]
        return (columns + remarks).joined(separator: " ")
    }

    fileprivate func json(isStateless: Bool) -> JSON {
        .object([
            ("address", .string("\(address)")), ("port", .int(Int(port))), ("mode", .string(Names.mode(mode))),
            ("weight", .int(Int(weight))), ("active", isStateless ? .null : .int(active)),
            ("inactive", isStateless ? .null : .int(inactive)), ("available", .bool(isAvailable)),
            ("resolved", .bool(isResolved)), ("index", .int(Int(index))), ("counters", counters.json),
        ])
    }
}

extension DestinationCounters {
    /// All five figures.
    var json: JSON {
        .object([
            ("connections", .int(Int(connections))), ("packets_in", .int(Int(packetsIn))),
            ("packets_out", .int(Int(packetsOut))), ("bytes_in", .int(Int(bytesIn))),
            ("bytes_out", .int(Int(bytesOut))),
        ])
    }
}
