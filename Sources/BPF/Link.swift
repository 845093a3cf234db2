import CLibBPF
import CShim
import Glibc
import Linux

/// How an XDP program is attached to an interface.
package enum XDPMode: Hashable, Sendable {
    /// In the driver, before the kernel makes a socket buffer.
    case native
    /// On socket buffers: any interface can, slowly.
    case generic

    /// The flag of `bpf_link_create` and netlink.
    var flag: UInt32 {
        switch self {
        case .native: UInt32(XDP_FLAGS_DRV_MODE)
        case .generic: UInt32(XDP_FLAGS_SKB_MODE)
        }
    }
}

/// A program's attachment to an interface, of its own kind in the kernel. It ends when nothing refers to it any more: neither a pin
/// nor an object of this class.
package final class Link: Sendable {
    /// What the kernel says about a link.
    package struct Info: Hashable, Sendable {
        /// `BPF_LINK_TYPE_...`.
        package let type: UInt32
        /// The kernel's number for it.
        package let id: UInt32
        /// The program's number.
        package let programID: UInt32
        /// The interface's; 0 if it has gone, or the link is not an XDP link.
        package let ifindex: UInt32
    }

    private let file: FileDescriptor

    /// The descriptor, valid as long as this object lives.
    package var descriptor: Int32 { file.rawValue }

    /// Takes ownership of a link's descriptor.
    package init(owning descriptor: consuming FileDescriptor) { file = descriptor }

    /// Attaches an XDP program to an interface of the calling thread's network namespace.
    ///
    /// - Throws: `BPFError`; `EBUSY` if another program is attached there, `EOPNOTSUPP` if the driver has no native mode.
    package convenience init(xdp program: Program, ifindex: UInt32, mode: XDPMode) throws(BPFError) {
        var options = bpf_link_create_opts()
        options.sz = MemoryLayout<bpf_link_create_opts>.size
        options.flags = mode.flag
        let remedy: (Int32) -> String? = { Self.remedy($0, ifindex, mode) }
        let number = try call("attach \(program.name) (\(mode)) to", "interface \(ifindex)", remedy: remedy) {
            bpf_link_create(program.descriptor, Int32(bitPattern: ifindex), BPF_XDP, &options)
        }
        self.init(owning: FileDescriptor(owning: number))
    }

    private static func remedy(_ code: Int32, _ ifindex: UInt32, _ mode: XDPMode) -> String? {
        switch code {
        case EBUSY, EEXIST: "another XDP program is attached there: detach it first (ip link set DEV xdp off)"
        case EOPNOTSUPP: mode == .native ? "the driver has no native XDP: use generic mode" : nil
        case ENOSPC: "the interface needs as many receive queues as its peer has transmit queues"
        case ERANGE: "the interface's MTU is too large for XDP: lower it"
        case EINVAL where !exists(ifindex): "no such network interface in this network namespace"
        case EINVAL: "the MTU may be too large for native XDP, or the kernel older than 5.9"
        default: nil
        }
    }

    private static func exists(_ ifindex: UInt32) -> Bool {
        var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        return if_indextoname(ifindex, &name) != nil
    }

    /// Opens a pinned link.
    package convenience init(pinned path: String) throws(BPFError) {
        self.init(owning: try openPinned(path, kind: "link"))
    }

    /// Puts another program in the place of the attached one; no packet sees neither.
    package func update(to program: Program) throws(BPFError) {
        let number = descriptor
        try call("replace program of link by", program.name) { bpf_link_update(number, program.descriptor, nil) }
    }

    /// Makes the link visible in a BPF file system: it then outlives this process.
    package func pin(_ path: String) throws(BPFError) { try BPF.pin(descriptor, path, kind: "link") }

    /// Asks the kernel what the link is now.
    package func info() throws(BPFError) -> Info {
        let number = descriptor
        var state = cshim_link_state()
        try call("bpf(BPF_OBJ_GET_INFO_BY_FD)", "link") { cshim_link_query(number, &state) }
        return Info(type: state.type, id: state.id, programID: state.program, ifindex: state.ifindex)
    }

    /// Detaches the program now, pinned or not; the link stays, without an interface.
    package func detach() throws(BPFError) {
        let number = descriptor
        try call("detach", "link") { bpf_link_detach(number) }
    }
}

/// What XDP programs an interface runs.
package struct XDPAttachment: Hashable, Sendable {
    /// Numbers of the programs, by way of attachment.
    package let native: UInt32?
    package let generic: UInt32?
    /// In the network card itself.
    package let offloaded: UInt32?

    /// Asks about an interface of the calling thread's network namespace.
    package init(ifindex: UInt32) throws(BPFError) {
        var state = cshim_xdp_state()
        try call("query XDP of", "interface \(ifindex)") { cshim_xdp_query(ifindex, &state) }
        let single = state.program
        func program(_ id: UInt32, mode: Int) -> UInt32? {
            if id != 0 { return id }
            return Int(state.mode) == mode && single != 0 ? single : nil
        }
        native = program(state.native, mode: Int(XDP_ATTACHED_DRV))
        generic = program(state.generic, mode: Int(XDP_ATTACHED_SKB))
        offloaded = program(state.hardware, mode: Int(XDP_ATTACHED_HW))
    }

    /// The one program that is attached, or of several the one that sees packets first.
    package var programID: UInt32? { offloaded ?? native ?? generic }
}
