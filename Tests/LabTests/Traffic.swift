import Foundation
import Synchronization
import Testing

/// The figures of Tools/traffic.
struct Figures: Decodable {
    var kept: [Connection]
    var udp: [Connection]
    /// Requests on connections of their own that were answered.
    var fresh: Int
    /// Requests of any kind, but for UDP, that were not.
    var failed: Int
    var firstError: String?
    /// Who answered the fresh ones.
    var servers: [String: Int]

    struct Connection: Decodable {
        /// The client's.
        var port: Int
        var server: String?
        var requests: Int
        var alive: Bool
    }

    init(_ line: some StringProtocol) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Figures.self, from: Data(line.utf8))
    }

    /// The connections, kept or UDP, of a real server.
    func indexes(of server: String, _ list: KeyPath<Figures, [Connection]> = \.kept) -> [Int] {
        self[keyPath: list].indices.filter { self[keyPath: list][$0].server == server }
    }
}

/// A client that goes on all the time: connections that stay open, with a request each 50 ms.
final class Traffic {
    private let client: Background

    /// Returns once each connection has been answered.
    init(_ lab: Lab, kept: Int, fresh: Int = 0, udp: Int = 0) throws {
        client = try lab.start("client", Lab.tool("traffic"), lab.vip, "hold", "\(kept)", "\(fresh)", "\(udp)")
        let answered = try eventually(within: 10) {
            guard let now = try latest() else { return false }
            return now.failed == 0 && now.kept.count == kept && now.udp.count == udp
                && (now.kept + now.udp).allSatisfy { $0.requests > 0 } && (fresh == 0 || now.fresh > 0)
        }
        try #require(answered, "the client is not answered: \(client.output.suffix(500)) \(client.errors)")
    }

    private func latest() throws -> Figures? {
        let text = client.output
        let whole = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
        return try whole.split(separator: "\n").last.map { try Figures($0) }
    }

    func figures() throws -> Figures { try #require(try latest()) }

    /// Waits until each of the connections (all, if none is named) has been answered five times more; whether they were.
    func goesOn(
        _ indexes: [Int]? = nil, _ list: KeyPath<Figures, [Figures.Connection]> = \.kept, within seconds: Double = 8
    ) throws -> Bool {
        let before = try figures()
        return try eventually(within: seconds) {
            let now = try figures()
            return (indexes ?? Array(now[keyPath: list].indices)).allSatisfy { index in
                now[keyPath: list][index].requests >= before[keyPath: list][index].requests + 5
            }
        }
    }

    /// Each kept connection goes on, on its real server, and nothing has failed.
    func expectUnharmed(_ what: Comment, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try goesOn(), what, sourceLocation: sourceLocation)
        let now = try figures()
        #expect(now.failed == 0, "\(what): \(now.firstError ?? "")", sourceLocation: sourceLocation)
        try #require(now.failed == 0, what, sourceLocation: sourceLocation)
    }

    /// Ends the client.
    func stop() throws -> Figures {
        client.closeInput()
        let outcome = try client.wait(within: 15)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try figures()
    }
}

extension Lab {
    /// Ports that no connection had yet, below those that the kernel draws.
    private static let nextPort = Atomic<Int>(0)

    /// Makes so many connections, one request each, all of them new: no flow is known for their ports.
    func spread(_ count: Int) throws -> Figures {
        // The lab's kernel draws from 10,000 on; one lab needs fewer than 2,000 of these.
        let port = 1_100 + Lab.nextPort.add(count, ordering: .relaxed).oldValue % 8_000
        let tool = Lab.tool("traffic")
        return try Figures(try exec("client", tool, vip, "spread", "\(count)", "\(port)", within: 60))
    }
}
