import CLibBPF
import CShim
import Glibc
import Linux

/// What the kernel says about a program.
package struct ProgramInfo: Hashable, Sendable {
    /// `BPF_PROG_TYPE_...`.
    package let type: UInt32
    /// The kernel's number for it, for as long as it exists.
    package let id: UInt32
    /// At most 15 bytes.
    package let name: String
    /// Instructions that the verifier looked at, counting again each time it came by; at most a million.
    package let verifiedInstructions: Int
    /// Size of the program after the verifier's rewriting, in 8-byte instructions.
    package let instructions: Int
    /// Numbers of the maps it uses.
    package let mapIDs: [UInt32]
}

/// What one `testRun` did.
package struct TestRun: Hashable, Sendable {
    /// The program's: an XDP verdict, for one.
    package let returnValue: UInt32
    /// The packet as the (last) run left it.
    package let output: [UInt8]
    /// The kernel's own average of one run; it includes little but the program. Zero when below one.
    package let durationNanoseconds: UInt32
}

/// A loaded program. It lives in the kernel as long as something refers to it: a link, a pin, or an object of this class.
package final class Program: Sendable {
    private let file: FileDescriptor
    package let info: ProgramInfo

    /// The descriptor, valid as long as this object lives.
    package var descriptor: Int32 { file.rawValue }
    package var name: String { info.name }

    /// Takes ownership of a loaded program's descriptor.
    package init(owning descriptor: consuming FileDescriptor) throws(BPFError) {
        info = try Self.query(descriptor.rawValue)
        file = descriptor
    }

    private static func query(_ descriptor: Int32) throws(BPFError) -> ProgramInfo {
        var raw = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        try call("bpf(BPF_OBJ_GET_INFO_BY_FD)", "program") { bpf_obj_get_info_by_fd(descriptor, &raw, &size) }
        let count = raw.nr_map_ids
        var maps = [UInt32](repeating: 0, count: Int(count))
        try maps.withUnsafeMutableBufferPointer { maps throws(BPFError) in
            var again = bpf_prog_info()
            again.nr_map_ids = count
            again.map_ids = UInt64(UInt(bitPattern: maps.baseAddress))
            try call("bpf(BPF_OBJ_GET_INFO_BY_FD)", "program") { bpf_obj_get_info_by_fd(descriptor, &again, &size) }
        }
        return ProgramInfo(
            type: raw.type, id: raw.id, name: withUnsafeBytes(of: raw.name) { text($0) },
            verifiedInstructions: Int(raw.verified_insns), instructions: Int(raw.xlated_prog_len) / 8, mapIDs: maps)
    }

    /// Opens a pinned program.
    package convenience init(pinned path: String) throws(BPFError) {
        try self.init(owning: openPinned(path, kind: "program"))
    }

    /// Opens a program by the kernel's number.
    package convenience init(id: UInt32) throws(BPFError) {
        let number = try call("bpf(BPF_PROG_GET_FD_BY_ID)", "\(id)") { bpf_prog_get_fd_by_id(id) }
        try self.init(owning: FileDescriptor(owning: number))
    }

    /// Loads a program from bare instructions, without an object file.
    ///
    /// - Parameters:
    ///   - instructions: eight bytes each, as `struct bpf_insn` lies in memory.
    package convenience init(
        name: String, type: bpf_prog_type = BPF_PROG_TYPE_XDP, instructions: [UInt64], license: String = "GPL"
    ) throws(BPFError) {
        var log = [CChar](repeating: 0, count: 1 << 16)
        let (number, code) = instructions.withUnsafeBytes { bytes in
            log.withUnsafeMutableBufferPointer { log in
                var options = bpf_prog_load_opts()
                options.sz = MemoryLayout<bpf_prog_load_opts>.size
                options.log_level = 1
                options.log_buf = log.baseAddress
                options.log_size = UInt32(log.count)
                let first = bytes.bindMemory(to: bpf_insn.self).baseAddress
                let number = bpf_prog_load(type, name, license, first, instructions.count, &options)
                return (number, errno)
            }
        }
        guard number >= 0 else {
            let lines = log.withUnsafeBytes { text($0) }.split(separator: "\n").suffix(Log.keptLines).map(String.init)
            throw BPFError("load program", name, errno: code, log: lines)
        }
        try self.init(owning: FileDescriptor(owning: number))
    }

    /// Makes the program visible in a BPF file system, where it stays until unpinned.
    package func pin(_ path: String) throws(BPFError) { try BPF.pin(descriptor, path, kind: "program \(name)") }

    /// Runs the program on a packet, in the calling thread's network namespace. Nothing is sent.
    ///
    /// - Parameters:
    ///   - packet: from the Ethernet header on, at least 14 bytes.
    ///   - repeat: how often; **the packet is not restored in between**, each run sees what the last one left.
    ///   - ifindex: the interface that the packet seems to come in by, queue 0; 0 leaves that to the kernel (`lo`).
    ///   - outputCapacity: room for the packet afterwards; a longer one is an error (`ENOSPC`).
    package func testRun(
        packet: [UInt8], repeat count: Int = 1, ifindex: UInt32 = 0, outputCapacity: Int? = nil
    ) throws(BPFError) -> TestRun {
        var output = [UInt8](repeating: 0, count: outputCapacity ?? packet.count + 256)
        var context = xdp_md()
        context.data_end = UInt32(packet.count)
        context.ingress_ifindex = ifindex
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        options.repeat = Int32(count)
        let number = descriptor
        let code = packet.withUnsafeBytes { packet in
            output.withUnsafeMutableBytes { output in
                withUnsafeMutablePointer(to: &context) { context in
                    options.data_in = packet.baseAddress
                    options.data_size_in = UInt32(packet.count)
                    options.data_out = output.baseAddress
                    options.data_size_out = UInt32(output.count)
                    if ifindex != 0 {
                        options.ctx_in = UnsafeRawPointer(context)
                        options.ctx_size_in = UInt32(MemoryLayout<xdp_md>.size)
                    }
                    return bpf_prog_test_run_opts(number, &options) == 0 ? 0 : errno
                }
            }
        }
        guard code == 0 else {
            let remedy = code == EINVAL ? "a packet has at least 14 bytes, and fits in a page" : nil
            throw BPFError("bpf(BPF_PROG_TEST_RUN)", name, errno: code, remedy: remedy)
        }
        output.removeSubrange(Int(options.data_size_out)...)
        return TestRun(returnValue: options.retval, output: output, durationNanoseconds: options.duration)
    }
}
