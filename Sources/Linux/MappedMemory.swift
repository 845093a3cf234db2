import CShim
import Glibc

/// Memory shared with the kernel or another process through a descriptor (`mmap`, `MAP_SHARED`); unmapped when it goes away.
///
/// Others may write at any time: read words with `load`, not through `bytes`, where that matters. Offsets are in bytes and
/// naturally aligned; one outside of the mapping is a programming error and stops the program.
package final class MappedMemory: @unchecked Sendable {
    /// The whole mapping. Valid as long as this object lives; writing to a read-only one is a fault.
    package let bytes: UnsafeMutableRawBufferPointer
    package let isWritable: Bool

    /// - Parameters:
    ///   - descriptor: may be closed afterwards.
    ///   - length: in bytes, positive.
    ///   - offset: where in the file the mapping starts, a multiple of the page size.
    ///   - context: what is mapped, for the error.
    package init(
        descriptor: Int32, length: Int, writable: Bool, offset: Int = 0, context: String = ""
    ) throws(SystemError) {
        let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
        guard let start = mmap(nil, length, protection, MAP_SHARED, descriptor, offset), start != MAP_FAILED else {
            throw SystemError("mmap", context: context)
        }
        bytes = UnsafeMutableRawBufferPointer(start: start, count: length)
        isWritable = writable
    }

    deinit { munmap(bytes.baseAddress, bytes.count) }

    private func address(_ offset: Int, size: Int) -> UnsafeMutableRawPointer {
        guard let start = bytes.baseAddress, offset >= 0, offset + size <= bytes.count, offset % size == 0 else {
            preconditionFailure(
                "offset \(offset) is not in a mapping of \(bytes.count) bytes, or not aligned to \(size)")
        }
        return start + offset
    }

    /// Reads a word; what the writer wrote before it is seen after it.
    package func load64(at offset: Int) -> UInt64 { cshim_load64(address(offset, size: 8)) }
    /// Writes a word; what was written before it is seen by whoever reads it.
    package func store64(_ value: UInt64, at offset: Int) { cshim_store64(address(offset, size: 8), value) }
    /// Replaces `expected` by `desired`; false, and nothing is written, if another value is there.
    package func compareExchange64(at offset: Int, expected: UInt64, desired: UInt64) -> Bool {
        cshim_compare_exchange64(address(offset, size: 8), expected, desired)
    }

    /// As `load64`.
    package func load32(at offset: Int) -> UInt32 { cshim_load32(address(offset, size: 4)) }
    /// As `store64`.
    package func store32(_ value: UInt32, at offset: Int) { cshim_store32(address(offset, size: 4), value) }
    /// As `compareExchange64`.
    package func compareExchange32(at offset: Int, expected: UInt32, desired: UInt32) -> Bool {
        cshim_compare_exchange32(address(offset, size: 4), expected, desired)
    }
}
