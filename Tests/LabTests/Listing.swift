import Foundation
import Testing

/// What `sluicectl services --json` prints.
struct ServiceList: Decodable {
    var services: [Service]

    struct Service: Decodable, Equatable {
        var `protocol`: String
        var address: String
        var port: Int
        var scheduler: String
        var flags: [String]
        var destinations: [Destination]

        /// The counters of its real servers together.
        var sum: Counters { destinations.reduce(into: Counters()) { $0.add($1.counters) } }
    }

    struct Destination: Decodable, Equatable {
        var address: String
        var port: Int
        var mode: String
        var weight: Int
        var active: Int?
        var inactive: Int?
        var available: Bool
        var resolved: Bool
        var counters: Counters
    }

    struct Counters: Decodable, Equatable {
        var connections = 0
        var packetsIn = 0
        var packetsOut = 0
        var bytesIn = 0
        var bytesOut = 0

        mutating func add(_ other: Self) {
            connections += other.connections
            packetsIn += other.packetsIn
            packetsOut += other.packetsOut
            bytesIn += other.bytesIn
            bytesOut += other.bytesOut
        }

        static func - (left: Self, right: Self) -> Self {
            Self(
                connections: left.connections - right.connections, packetsIn: left.packetsIn - right.packetsIn,
                packetsOut: left.packetsOut - right.packetsOut, bytesIn: left.bytesIn - right.bytesIn,
                bytesOut: left.bytesOut - right.bytesOut)
        }
    }

    func service(port: Int) throws -> Service { try #require(services.first { $0.port == port }) }

    /// The weights of the HTTP service by real server's address; those that were removed left out.
    var weights: [String: Int] {
        let destinations = services.first { $0.port == 80 }?.destinations.filter(\.available) ?? []
        return Dictionary(destinations.map { ($0.address, $0.weight) }) { $1 }
    }
}

/// What `sluicectl connections --json` prints.
struct ConnectionList: Decodable {
    var connections: [Connection]

    struct Connection: Decodable {
        var `protocol`: String
        var state: String
        var source: String
        var sourcePort: Int
        var virtual: String
        var virtualPort: Int
        var destination: String
        var mode: String
    }
}

/// What `sluicectl stats --json` prints, with `--per-cpu` and without.
struct StatsList: Decodable {
    var counters: Counters?
    var perCpu: [Counters]?

    struct Counters: Decodable {
        var packets: Int
        var verdicts: [String: Int]
        var events: [String: Int]
    }
}

extension Lab {
    /// Runs `sluicectl` with `--json` and decodes what it prints.
    func list<List: Decodable>(_ arguments: String..., as type: List.Type = List.self) throws -> List {
        let words = ["\(Self.binaries)/sluicectl"] + arguments + ["--instance", Self.instance, "--json"]
        let outcome = try outcome(of: words)
        guard outcome.status == 0 else { throw CommandError.failed(words, outcome) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(outcome.output.utf8))
    }

    func services() throws -> ServiceList { try list("services") }

    /// The counters, summed over processors.
    func counters() throws -> StatsList.Counters { try #require(try list("stats", as: StatsList.self).counters) }

    /// Answers of `sluicectl status`, and nil if no controller runs.
    func status() throws -> [String: Any]? {
        let outcome = try sluicectl("status")
        guard outcome.status == 0 else { return nil }
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    }
}
