import CLibNL
import Glibc
import Wire

/// An address as libnl wants it (`struct nl_addr`), owned.
struct LibraryAddress: ~Copyable {
    let pointer: OpaquePointer

    /// A network address with a prefix length; the whole address without one.
    init(_ address: IPAddress, prefixLength: Int? = nil) {
        let bytes = address.bytes
        guard let pointer = nl_addr_build(address.family.number, bytes, bytes.count) else {
            preconditionFailure("out of memory for an address")
        }
        if let prefixLength { nl_addr_set_prefixlen(pointer, Int32(prefixLength)) }
        self.pointer = pointer
    }

    deinit { nl_addr_put(pointer) }
}

extension IPAddress {
    /// From libnl's address; nil if that is of neither family or empty.
    init?(library address: OpaquePointer) {
        self.init(bytes: bytesOf(address))
        guard nl_addr_get_family(address) == family.number else { return nil }
    }
}

extension MACAddress {
    /// From libnl's address; nil if it is no Ethernet address, or all zero.
    init?(library address: OpaquePointer) {
        let bytes = bytesOf(address)
        guard bytes.contains(where: { $0 != 0 }) else { return nil }
        self.init(bytes: bytes)
    }
}

extension IPAddress.Family {
    /// AF_INET or AF_INET6.
    var number: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }

    /// From AF_INET or AF_INET6; nil for others.
    init?(number: Int32) {
        switch number {
        case AF_INET: self = .ipv4
        case AF_INET6: self = .ipv6
        default: return nil
        }
    }
}

private func bytesOf(_ address: OpaquePointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: nl_addr_get_binary_addr(address), count: Int(nl_addr_get_len(address)))
}
