import CLibNL
import Glibc
import Wire

/// Attributes of a message, one after another: each its length and type, of 16 bits in host byte order, then what it
/// holds, padded to four bytes. Unlike libnl's builder it can be nested at will and grows as needed.
struct AttributeBytes {
    private(set) var bytes: [UInt8] = []
    /// Some attribute was longer than its length can say, and is missing.
    private(set) var isOverlong = false

    static let headerSize = 4

    mutating func put(_ type: Int, _ payload: [UInt8]) {
        guard let length = UInt16(exactly: payload.count + Self.headerSize) else {
            isOverlong = true
            return
        }
        append(length)
        append(UInt16(truncatingIfNeeded: type))
        append(payload)
        bytes.append(contentsOf: repeatElement(0, count: -payload.count & 3))
    }

    /// A number in host byte order.
    mutating func put(_ type: Int, number: some FixedWidthInteger & BitwiseCopyable) {
        put(type, Self.bytes(number))
    }

    mutating func put(_ type: Int, _ nested: AttributeBytes) {
        isOverlong = isOverlong || nested.isOverlong
        put(type, nested.bytes)
    }

    mutating func put(_ type: Int, text: String) { put(type, Array(text.utf8) + [0]) }

    /// What is no attribute, without padding.
    mutating func append(_ value: some BitwiseCopyable) { bytes.append(contentsOf: Self.bytes(value)) }

    mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }

    mutating func append(_ other: AttributeBytes) {
        isOverlong = isOverlong || other.isOverlong
        bytes.append(contentsOf: other.bytes)
    }

    static func bytes(_ value: some BitwiseCopyable) -> [UInt8] { withUnsafeBytes(of: value, Array.init) }
}

extension Request {
    /// A message of a fixed header and attributes, of any size.
    init(_ type: Int, flags: Int32, header: some BitwiseCopyable, attributes: AttributeBytes) {
        let payload = AttributeBytes.bytes(header) + attributes.bytes
        guard let message = nlmsg_alloc_size(payload.count + 64),
            nlmsg_put(message, 0, 0, Int32(type), 0, flags) != nil
        else { preconditionFailure("out of memory for a netlink message") }
        var copy = payload
        let status = nlmsg_append(message, &copy, copy.count, 4)
        precondition(status >= 0, "the message was made large enough")
        self.init(owning: message)
    }
}
