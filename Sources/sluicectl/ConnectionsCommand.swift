import ArgumentParser
import CSluiceABI
import Datapath
import Linux
import Wire

/// `sluicectl connections`: the flow table, as `ipvsadm -Lcn` lists it.
struct Connections: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the connections in the flow table.",
        discussion: """
            Columns are those of ipvsadm -Lcn. A NAT connection has two entries in the table and is listed once. \
            Services marked stateless have no entries.
            """)

    @OptionGroup var options: ViewOptions

    func run() throws {
        let view = try options.view()
        let ticks = Double(view.tickNanoseconds(jiffyNanoseconds: SystemClock.tickNanoseconds)) / 1e9
        let timeouts = view.timeouts
        let rows = try view.flows().filter { !$0.isReply }.compactMap { flow -> Connection? in
            guard let place = view.destination(flow.index) else { return nil }
            let rest = Double(Int(timeouts.ticks[Int(flow.state.rawValue)]) - Int(flow.idleTicks)) * ticks
            return Connection(flow: flow, server: place.destination, expirySeconds: max(0, Int(rest)))
        }
        .sorted { ($0.flow.source, $0.flow.sourcePort) < ($1.flow.source, $1.flow.sourcePort) }
        if options.json {
            print(JSON.object([("connections", .array(rows.map(\.json)))]).text)
            return
        }
        print("pro expire state       source             virtual            destination")
        for row in rows { print(row.line) }
    }
}

private struct Connection {
    let flow: Flow
    let server: ListedDestination
    let expirySeconds: Int

    /// The port that the real server is reached by.
    private var serverPort: UInt16 { server.port == 0 ? flow.destinationPort : server.port }

    private var columns: (source: String, virtual: String, destination: String) {
        (
            flow.source.text(withPort: flow.sourcePort), flow.destination.text(withPort: flow.destinationPort),
            server.address.text(withPort: serverPort)
        )
    }

    var line: String {
        let clock =
            "\(expirySeconds / 60)".right(2).replacingBlanks + ":" + "\(expirySeconds % 60)".right(2).replacingBlanks
        return [
            Names.transport(flow.transport), clock.padded(6), Names.state(flow.state).padded(11),
            columns.source.padded(18),
            columns.virtual.padded(18), columns.destination,
        ].joined(separator: " ")
    }

    var json: JSON {
        .object([
            ("protocol", .string(Names.transport(flow.transport).lowercased())),
            ("state", .string(Names.state(flow.state))),
            ("expires_seconds", .int(expirySeconds)), ("source", .string("\(flow.source)")),
            ("source_port", .int(Int(flow.sourcePort))), ("virtual", .string("\(flow.destination)")),
            ("virtual_port", .int(Int(flow.destinationPort))), ("destination", .string("\(server.address)")),
            ("destination_port", .int(Int(serverPort))), ("mode", .string(Names.mode(server.mode))),
        ])
    }
}

extension String {
    fileprivate var replacingBlanks: String { String(map { $0 == " " ? "0" : $0 }) }
}
