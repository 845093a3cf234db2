package import BPF
internal import CSluiceABI
import Glibc
package import Linux
package import Wire

/// The decapsulating program on an interface of the calling thread's network namespace, pinned so that it outlives the process.
///
/// Its pins, `link` and the maps, are in a folder of their own: `/sys/fs/bpf/sluice/decap/LAYOUT-NAMESPACE-INTERFACE`, where
/// NAMESPACE is the inode of the network namespace, since namespaces share one BPF file system.
package enum Decapsulator {
    /// How the program came to be attached.
    package enum Attachment: Sendable {
        /// It was there: only the program was replaced by this version's.
        case kept
        /// In the driver.
        case native
        /// The driver refused the native mode, for this reason (one line); the generic one is slower.
        case generic(refusal: String)
    }

    /// What `attach` did.
    package struct Attached: Sendable {
        /// How the program came to be there.
        package var attachment: Attachment
        /// What changed of the outer destinations.
        package var addresses: DecapAddressSet.Change
        /// What changed of the inner destinations.
        package var vips: DecapAddressSet.Change
    }

    /// Attaches the program, or adopts the attached one, and sets its addresses. Maps are filled before packets meet them.
    ///
    /// - Parameters:
    ///   - addresses: outer destinations, this machine's own addresses.
    ///   - vips: inner destinations.
    package static func attach(
        to interface: String, ifindex: UInt32, addresses: Set<IPAddress>, vips: Set<IPAddress>
    ) throws(DecapsulatorError) -> Attached {
        let folder = try PinFolder(interface: interface)
        try folder.prepare()
        do throws(BPFError) {
            if let (maps, link) = try folder.adopted(ifindex: ifindex) {
                return try keep(link, maps, addresses, vips)
            }
            PinFolder.sweep()
            return try make(in: folder, ifindex: ifindex, addresses, vips)
        } catch {
            throw .bpf(interface: interface, error)
        }
    }

    private static func keep(
        _ link: BPF.Link, _ maps: DecapProgram.Maps, _ addresses: Set<IPAddress>, _ vips: Set<IPAddress>
    ) throws(BPFError) -> Attached {
        let program = try DecapProgram(reusing: maps)
        let changes = (try program.addresses.assign(addresses), try program.vips.assign(vips))
        try link.update(to: program.program)
        return Attached(attachment: .kept, addresses: changes.0, vips: changes.1)
    }

    /// Leaves nothing behind if it fails.
    private static func make(
        in folder: PinFolder, ifindex: UInt32, _ addresses: Set<IPAddress>, _ vips: Set<IPAddress>
    ) throws(BPFError) -> Attached {
        // Pins of an interface of the same name that has gone.
        try folder.remove()
        let program = try DecapProgram()
        let changes = (try program.addresses.assign(addresses), try program.vips.assign(vips))
        let (link, attachment) = try attach(program.program, ifindex: ifindex)
        try folder.pin(program.maps, link)
        return Attached(attachment: attachment, addresses: changes.0, vips: changes.1)
    }

    private static func attach(
        _ program: Program, ifindex: UInt32
    ) throws(BPFError) -> (link: BPF.Link, attachment: Attachment) {
        do throws(BPFError) {
            return (try BPF.Link(xdp: program, ifindex: ifindex, mode: .native), .native)
        } catch {
            guard ![EBUSY, EEXIST, EPERM, ENODEV].contains(error.errno) else { throw error }
            return (
                try BPF.Link(xdp: program, ifindex: ifindex, mode: .generic),
                .generic(refusal: SystemError.text(error.errno))
            )
        }
    }

    /// What the decapsulator of an interface has and did; nil if none is attached.
    package static func attached(to interface: String, ifindex: UInt32) throws(DecapsulatorError) -> State? {
        let folder = try PinFolder(interface: interface)
        do throws(BPFError) {
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
        /// Outer destinations.
        package var addresses: Set<IPAddress>
        /// Inner destinations.
        package var vips: Set<IPAddress>
        /// Since it was attached.
        package var counters: DecapCounters
    }

    /// Detaches the program from an interface, which may be gone already, and removes its pins.
    ///
    /// - Returns: whether there was something to remove.
    @discardableResult
    package static func detach(from interface: String) throws(DecapsulatorError) -> Bool {
        let folder = try PinFolder(interface: interface)
        do throws(BPFError) {
            return try folder.remove()
        } catch {
            throw .bpf(interface: interface, error)
        }
    }
}

/// Why the decapsulator could not be set up, read or removed.
package enum DecapsulatorError: Error, Sendable {
    /// The kernel refused the program, a map, a pin or the attachment; EBUSY if another program is attached there.
    case bpf(interface: String, BPFError)
    /// The folder of its pins could not be made, or the namespace not be found.
    case system(SystemError)
}

extension DecapsulatorError: CustomStringConvertible {
    /// Names the interface and the remedy; what the verifier said, if anything, in lines below.
    package var description: String {
        switch self {
        case .bpf(let interface, let error) where error.errno == EBUSY || error.errno == EEXIST:
            "decapsulation on \(interface): another XDP program is attached there, see `bpftool net`: detach it first"
        case .bpf(let interface, let error): "decapsulation on \(interface): \(error)"
        case .system(let error): "decapsulation: \(error)"
        }
    }
}
