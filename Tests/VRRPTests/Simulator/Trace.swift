import Foundation
import Wire

@testable import VRRP

/// What happened, a line each; only kept when somebody will read it.
final class Trace {
    private(set) var lines: [String] = []

    func note(_ line: @autoclosure () -> String) { lines.append(line()) }

    /// The end of it.
    func tail(_ count: Int) -> String { lines.suffix(count).joined(separator: "\n") }

    /// One event at a machine: time, router and network, event, change of state, actions.
    func record(
        _ world: World, _ event: VirtualRouter.Event, _ actions: [VirtualRouter.Action],
        _ before: VirtualRouter.State, _ node: SimulatedNode, _ member: SimulatedMember
    ) {
        let after = member.router.state
        var line = "\(world.clock) R\(node.index)/\(member.network) \(Self.text(of: event))"
        line += before == after ? " | \(after)" : " | \(before) -> \(after)"
        if !actions.isEmpty { line += " | " + actions.map { Self.text(of: $0) }.joined(separator: ", ") }
        note(line)
    }

    /// Without the names of modules and types.
    private static func text(of value: Any) -> String {
        if let event = value as? VirtualRouter.Event, case .advert(let advert) = event {
            return "hears \(advert.sender) priority \(advert.priority) every \(advert.interval)"
        }
        return "\(value)".replacing(/[A-Z][A-Za-z]*\.([A-Z][A-Za-z]*\.)*/, with: "")
    }
}
