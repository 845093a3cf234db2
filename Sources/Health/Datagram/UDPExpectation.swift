/// UDP_CHECK: what the answer to the datagram must be. An ICMP error is a failure in any case, and the shell reports it.
package struct UDPExpectation: Hashable, Sendable {
    /// What a reply must begin with.
    package struct Pattern: Hashable, Sendable {
        /// What is wanted.
        package var bytes: [UInt8]
        /// As many bytes; a bit that is 1 matters.
        package var mask: [UInt8]

        /// Both of the same length.
        package init(bytes: [UInt8], mask: [UInt8]) {
            self.bytes = bytes
            self.mask = mask
        }
    }

    /// `require_reply`: silence is a failure. Without it the run's limit is a success
    /// (`CheckerSettings.passesInSilence`), and so is any reply.
    package var requiresReply = false
    /// `require_reply PATTERN`; nil: any reply.
    package var pattern: Pattern?
    /// `min_reply_length` to `max_reply_length`, in bytes, looked at only where there is a pattern, as in keepalived.
    package var length = 0...255

    /// Any reply or none.
    package init() {}

    /// How many bytes of a datagram the shell has to receive: one more than may come.
    package var bufferSize: Int { requiresReply ? min(max(length.upperBound, 0), 65_535) + 1 : 1 }

    /// What a datagram means, of which at least `bufferSize` bytes (or all) are given. A reply that is shorter than the
    /// pattern is compared as far as it goes, as in keepalived.
    package func judge(_ datagram: some Collection<UInt8>) -> CheckOutcome {
        guard requiresReply, let pattern else { return .passed() }
        guard length.contains(datagram.count) else {
            return .failed(.replyLength(datagram.count, wanted: length))
        }
        for (index, (byte, (wanted, mask))) in zip(datagram, zip(pattern.bytes, pattern.mask)).enumerated()
        where (byte ^ wanted) & mask != 0 {
            return .failed(.replyDiffers(at: index))
        }
        return .passed()
    }

    /// What is sent where `payload` says nothing.
    package static let defaultPayload = [UInt8]("sluice health check UDP_CHECK...".utf8)
}
