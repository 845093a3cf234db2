import Wire

/// What DNS_CHECK asks for; the raw value is the type's number (RFC 1035 section 3.2.2, RFC 3596, RFC 4034).
package enum DNSQueryType: UInt16, Hashable, Sendable, CaseIterable {
    case a = 1
    case ns = 2
    case cname = 5
    case soa = 6
    case mx = 15
    case txt = 16
    case aaaa = 28
    case rrsig = 46
    case dnskey = 48
}

/// DNS_CHECK: one question by UDP, recursion desired, that must be answered without an error (RFC 1035 section 4).
package struct DNSQuery: Hashable, Sendable {
    /// Drawn by the shell for each run; host byte order.
    package let id: UInt16
    /// The name in wire form, its end included.
    private let name: [UInt8]
    private let type: DNSQueryType

    /// Nil if the name can't be asked for: a label that is empty or longer than 63 bytes, or more than 255 bytes in all.
    /// The root is "." or "".
    package init?(name text: String, type: DNSQueryType, id: UInt16) {
        var name: [UInt8] = []
        var labels = text.utf8.split(separator: 0x2e, omittingEmptySubsequences: false)[...]
        if labels.last?.isEmpty == true { labels.removeLast() }
        if labels.count == 1, labels.first?.isEmpty == true { labels.removeFirst() }
        for label in labels {
            guard (1...63).contains(label.count) else { return nil }
            name.append(UInt8(label.count))
            name.append(contentsOf: label)
        }
        name.append(0)
        guard name.count <= 255 else { return nil }
        self.name = name
        self.type = type
        self.id = id
    }

    /// The datagram, 17 to 271 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + name.count)
        bytes.append(bigEndian: id)
        // Flags: recursion desired. Then one question, and no answer, authority or additional record.
        for word: UInt16 in [0x0100, 1, 0, 0, 0] { bytes.append(bigEndian: word) }
        bytes += name
        bytes.append(bigEndian: type.rawValue)
        bytes.append(bigEndian: UInt16(1))
        return bytes
    }

    /// What a datagram from the server means: nil if it is no reply to this query, and the wait goes on. As in
    /// keepalived, the id, the QR bit and the response code are looked at, and no record.
    package func judge(_ datagram: some RandomAccessCollection<UInt8>) -> CheckOutcome? {
        guard datagram.count >= 12, let id = word(datagram, 0), id == self.id,
            let flags = word(datagram, 2), flags & 0x8000 != 0
        else { return nil }
        let code = UInt8(flags & 0xf)
        return code == 0 ? .passed() : .failed(.dns(code: code))
    }

    private func word(_ datagram: some RandomAccessCollection<UInt8>, _ offset: Int) -> UInt16? {
        datagram.dropFirst(offset).prefix(2).reduce(0) { $0 << 8 | UInt16($1) }
    }
}
