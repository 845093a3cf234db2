package import BPF
import Glibc

/// The XDP links of an instance, one an interface, pinned: they hold the program when no controller does.
package struct Attachments {
    private let folder: String
    private var links: [String: Link] = [:]

    /// How an interface was attached.
    package enum Outcome: Hashable, Sendable {
        /// Newly, in the driver.
        case native
        /// Newly, in the kernel's generic hook.
        case generic
        /// It was already: the program was exchanged without a gap.
        case adopted
    }

    package init(instance: Instance) { folder = instance.links }

    /// The interfaces that have a pinned link.
    package func pinned() -> [String] { Folder.names(in: folder) }

    /// Puts the program on an interface of the calling thread's network namespace, or in the place of ours that is there.
    ///
    /// - Parameter modes: tried in turn; a later one only where the driver can't do the one before.
    /// - Throws: `BPFError`; `EBUSY` or `EEXIST` names the program of someone else that is attached.
    package mutating func attach(_ program: Program, interface: String, ifindex: UInt32, modes: [XDPMode]) throws(BPFError) -> Outcome {
        let path = "\(folder)/\(interface)"
        if Folder.exists(path) {
            if let link = try? Link(pinned: path), let info = try? link.info(), info.ifindex == ifindex {
                try link.update(to: program)
                links[interface] = link
                return .adopted
            }
            unlink(path)
        }
        for (index, mode) in modes.enumerated() {
            do {
                let link = try Link(xdp: program, ifindex: ifindex, mode: mode)
                try link.pin(path)
                links[interface] = link
                return mode == .native ? .native : .generic
            } catch let error {
                if [EBUSY, EEXIST].contains(error.errno) { throw Self.occupied(interface, ifindex: ifindex, error) }
                if index == modes.count - 1 { throw error }
            }
        }
        preconditionFailure("attach was given no mode")
    }

    /// Exchanges the program on all interfaces, without a gap.
    package func replace(with program: Program) throws(BPFError) {
        for link in links.values { try link.update(to: program) }
    }

    /// Takes the program off an interface. One that has gone is no error.
    package mutating func detach(_ interface: String) {
        let path = "\(folder)/\(interface)"
        if let link = links.removeValue(forKey: interface) ?? (try? Link(pinned: path)) { try? link.detach() }
        unlink(path)
    }

    /// Whether the interface's link is still on it (its interface may have gone and come back).
    package func isAttached(_ interface: String, ifindex: UInt32) -> Bool {
        guard let link = links[interface], let info = try? link.info() else { return false }
        return info.ifindex == ifindex
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
