package import BPF
import Glibc

/// The XDP links of an instance, one an interface, pinned: they hold the program when no controller does.
package struct Attachments {
    private let folder: String
    private var links: [UInt32: Attached] = [:]

    private struct Attached {
        let link: Link
        var name: String
    }

    /// How an interface was attached.
    package enum Outcome: Hashable, Sendable {
        /// In the driver.
        case native
        /// In the kernel's generic hook; the error says why not in the driver, if that was tried.
        case generic(BPFError?)
    }

    /// A link that an earlier controller left.
    package struct Adopted: Hashable, Sendable {
        package let name: String
        package let ifindex: UInt32
        package let isGeneric: Bool
    }

    package init(instance: Instance) { folder = instance.links }

    private func path(_ name: String) -> String { "\(folder)/\(PinName.encode(name))" }

    /// Opens the pinned links that are on interfaces of the calling thread's network namespace, and removes the others.
    ///
    /// The adopted links run the program that they ran, until `replace`.
    /// - Returns: them, and the names of the pins that were removed.
    package mutating func adopt() -> (adopted: [Adopted], removed: [String]) {
        var adopted: [Adopted] = []
        var removed: [String] = []
        for pin in Folder.names(in: folder) {
            guard let name = PinName.decode(pin), let link = try? Link(pinned: "\(folder)/\(pin)"),
                let info = try? link.info(), let there = Self.programs(of: info)
            else {
                unlink("\(folder)/\(pin)")
                removed.append(PinName.decode(pin) ?? pin)
                continue
            }
            links[info.ifindex] = Attached(link: link, name: name)
            let isGeneric = there.generic == info.programID
            adopted.append(Adopted(name: name, ifindex: info.ifindex, isGeneric: isGeneric))
        }
        return (adopted, removed)
    }

    /// What is attached to the link's interface, if that is an interface of this network namespace.
    private static func programs(of link: Link.Info) -> XDPAttachment? {
        guard link.ifindex != 0, let there = try? XDPAttachment(ifindex: link.ifindex),
            [there.native, there.generic, there.offloaded].contains(link.programID)
        else { return nil }
        return there
    }

    /// Puts the program on an interface of the calling thread's network namespace that has none of ours.
    ///
    /// - Parameter modes: tried in turn; a later one only where the driver can't do the one before.
    /// - Throws: `BPFError`; `EBUSY` or `EEXIST` names the program of someone else that is attached.
    package mutating func attach(
        _ program: Program, interface: String, ifindex: UInt32, modes: [XDPMode]
    ) throws(BPFError) -> Outcome {
        var refusal: BPFError?
        for mode in modes {
            do {
                let link = try Link(xdp: program, ifindex: ifindex, mode: mode)
                unlink(path(interface))
                try link.pin(path(interface))
                links[ifindex] = Attached(link: link, name: interface)
                return mode == .native ? .native : .generic(refusal)
            } catch {
                if [EBUSY, EEXIST].contains(error.errno) { throw Self.occupied(interface, ifindex: ifindex, error) }
                refusal = error
            }
        }
        guard let refusal else { preconditionFailure("attach was given no mode") }
        throw refusal
    }

    /// Whether the link is still on its interface, which may have gone, and another have come with its number.
    package func isAttached(_ ifindex: UInt32) -> Bool {
        guard let info = try? links[ifindex]?.link.info() else { return false }
        return info.ifindex == ifindex
    }

    /// Exchanges the program on all interfaces, without a gap.
    package func replace(with program: Program) throws(BPFError) {
        for attached in links.values { try attached.link.update(to: program) }
    }

    /// Moves the pins of interfaces that have another name now; the program stays attached.
    ///
    /// - Parameter names: the new ones by ifindex; others are left alone.
    package mutating func rename(_ names: [UInt32: String]) throws(BPFError) {
        let changed = links.filter { names[$0.key, default: $0.value.name] != $0.value.name }
        for (ifindex, attached) in changed {
            guard let name = names[ifindex] else { continue }
            // Names may have been swapped: the pin that is there belongs to a link that gets its own in turn.
            unlink(path(name))
            try attached.link.pin(path(name))
            links[ifindex]?.name = name
        }
        let current = Set(links.values.map(\.name))
        for old in changed.values where !current.contains(old.name) { unlink(path(old.name)) }
    }

    /// Takes the program off an interface. One that has gone is no error.
    package mutating func detach(_ ifindex: UInt32) {
        guard let attached = links.removeValue(forKey: ifindex) else { return }
        try? attached.link.detach()
        // Another interface may have the name by now.
        if !links.values.contains(where: { $0.name == attached.name }) { unlink(path(attached.name)) }
    }

    /// Takes the program off all interfaces, adopted or not.
    package mutating func detachAll() {
        for ifindex in links.keys { detach(ifindex) }
        for pin in Folder.names(in: folder) { unlink("\(folder)/\(pin)") }
    }

    private static func occupied(_ interface: String, ifindex: UInt32, _ error: BPFError) -> BPFError {
        let id = (try? XDPAttachment(ifindex: ifindex))?.programID
        let name = id.flatMap { try? Program(id: $0) }.map { " \"\($0.name)\"" } ?? ""
        return BPFError(
            error.operation, "interface \(interface)", errno: error.errno,
            remedy: "another XDP program\(name)\(id.map { " (id \($0))" } ?? "") is attached: "
                + "ip link set dev \(interface) xdp off, or name other interfaces with sluice_interfaces")
    }
}
