import BPF
import CSluiceABI
import Glibc
import Linux
import Wire

/// The decapsulating program on an interface of the calling thread's network namespace, pinned so that it outlives the process.
///
/// Its pins, `link` and the maps, are in a folder of their own: `/sys/fs/bpf/sluice/decap/LAYOUT-NAMESPACE-INTERFACE`, where
/// NAMESPACE is the inode of the network namespace, since namespaces share one BPF file system.
package struct Decapsulator: Sendable {
    package let interface: String
    package let ifindex: UInt32
    package let program: DecapProgram
    private let link: BPF.Link

    /// How the program came to be attached.
    package enum Attachment: Sendable {
        /// It was there: only the program was replaced by this version's.
        case kept
        case native
        /// The driver refused the native mode, with this error; the generic one is slower.
        case generic(nativeRefusal: BPFError)
    }

    /// Attaches the program, or adopts the attached one, and sets its addresses. Maps are filled before packets meet them.
    ///
    /// - Parameters:
    ///   - addresses: outer destinations, this machine's own addresses.
    ///   - vips: inner destinations.
    /// - Returns: the decapsulator, how it was attached, and what changed in the two sets.
    package static func attach(
        to interface: String, ifindex: UInt32, addresses: Set<IPAddress>, vips: Set<IPAddress>
    ) throws(DecapsulatorError) -> (
        decapsulator: Decapsulator, attachment: Attachment, addresses: DecapAddressSet.Change, vips: DecapAddressSet.Change
    ) {
        let folder = try PinFolder(interface: interface)
        try folder.prepare()
        do {
            if let (old, link) = try folder.adopted(ifindex: ifindex) {
                let program = try DecapProgram(reusing: old)
                let changes = (try program.addresses.assign(addresses), try program.vips.assign(vips))
                try link.update(to: program.program)
                let kept = Decapsulator(interface: interface, ifindex: ifindex, program: program, link: link)
                return (kept, .kept, changes.0, changes.1)
            }
            try folder.remove()
            let program = try DecapProgram()
            let changes = (try program.addresses.assign(addresses), try program.vips.assign(vips))
            let (link, attachment) = try attach(program.program, ifindex: ifindex)
            try folder.pin(program.maps, link)
            let new = Decapsulator(interface: interface, ifindex: ifindex, program: program, link: link)
            return (new, attachment, changes.0, changes.1)
        } catch {
            throw .bpf(interface: interface, error)
        }
    }

    private static func attach(
        _ program: Program, ifindex: UInt32
    ) throws(BPFError) -> (link: BPF.Link, attachment: Attachment) {
        do {
            return (try BPF.Link(xdp: program, ifindex: ifindex, mode: .native), .native)
        } catch {
            guard ![EBUSY, EEXIST, EPERM, ENODEV].contains(error.errno) else { throw error }
            return (try BPF.Link(xdp: program, ifindex: ifindex, mode: .generic), .generic(nativeRefusal: error))
        }
    }

    /// The decapsulator that is attached to an interface; nil if there is none.
    package static func attached(to interface: String, ifindex: UInt32) throws(DecapsulatorError) -> State? {
        let folder = try PinFolder(interface: interface)
        do {
            guard let (maps, _) = try folder.adopted(ifindex: ifindex) else { return nil }
            return State(
                addresses: try DecapAddressSet(map: maps.addresses).read(),
                vips: try DecapAddressSet(map: maps.vips).read(), counters: try DecapCounters(maps.counters))
        } catch {
            throw .bpf(interface: interface, error)
        }
    }

    /// What an attached decapsulator does and did.
    package struct State: Hashable, Sendable {
        package var addresses: Set<IPAddress>
        package var vips: Set<IPAddress>
        package var counters: DecapCounters
    }

    /// Detaches the program from an interface, which may be gone already, and removes its pins.
    ///
    /// - Returns: whether there was something to remove.
    @discardableResult
    package static func detach(from interface: String) throws(DecapsulatorError) -> Bool {
        let folder = try PinFolder(interface: interface)
        do {
            return try folder.remove()
        } catch {
            throw .bpf(interface: interface, error)
        }
    }
}

/// Why the decapsulator could not be set up, read or removed.
package enum DecapsulatorError: Error, Sendable {
    case bpf(interface: String, BPFError)
    /// The folder of its pins could not be made, or the namespace not be found.
    case system(SystemError)
}

extension DecapsulatorError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bpf(let interface, let error) where error.errno == EBUSY || error.errno == EEXIST:
            "decapsulation on \(interface): another XDP program is attached there (`bpftool net` shows it): detach it first"
        case .bpf(let interface, let error): "decapsulation on \(interface): \(error)"
        case .system(let error): "decapsulation: \(error)"
        }
    }
}
