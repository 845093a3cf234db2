import Wire

/// Adverts of one virtual router to bytes and back. A value that keeps what one packet says about the next: the IPv4
/// identification, the authentication header's sequence number, and which checksum each peer uses.
package struct AdvertCodec: Sendable {
    /// May be changed between packets (a reload).
    package var format: AdvertFormat
    /// The authentication header's last sequence number, sent or accepted; a new active router goes on from there.
    package private(set) var sequence: UInt32 = 0
    /// The last one accepted. Not the one that a start begins with: what this router will send says nothing about how
    /// far an active one has come, whose clock may be behind.
    private var heardSequence: UInt32 = 0
    /// The IPv4 identification last sent.
    package private(set) var identification: UInt16 = 0
    /// Senders and the checksum that they use (v3 over IPv4), newest last, at most `peerLimit`.
    package private(set) var readings: [(sender: IPAddress, reading: ChecksumReading)] = []
    /// Whose address list was found to be ours; see `AdvertFormat.skipsKnownAddressLists`.
    var checkedSender: IPAddress?
    let digest: MessageDigest?

    /// How many peers' checksums are remembered.
    package static let peerLimit = 16

    /// `digest` is needed for `Authentication.header` only; without it such packets are neither sent nor accepted.
    ///
    /// `sequence` is the authentication header's last one: peers drop what is not above the last that they heard, so a
    /// restart must not begin at 0. Seconds of the wall clock do: v2 has at most one advert a second, but for a few.
    package init(_ format: AdvertFormat, digest: MessageDigest? = nil, sequence: UInt32 = 0) {
        self.format = format
        self.sequence = sequence
        self.digest = digest
    }

    /// Which checksum this peer uses, if it was heard.
    package func reading(of sender: IPAddress) -> ChecksumReading? {
        place(of: sender).map { readings[$0].reading }
    }

    /// As `firstIndex(where:)`, which takes memory from the heap in builds that aren't optimized.
    private func place(of sender: IPAddress) -> Int? {
        for index in readings.indices where readings[index].sender == sender { return index }
        return nil
    }

    mutating func remember(_ reading: ChecksumReading, of sender: IPAddress) {
        if let index = place(of: sender) {
            readings[index].reading = reading
            return
        }
        if readings.count >= Self.peerLimit { readings.removeFirst() }
        readings.append((sender, reading))
    }

    mutating func nextSequence() -> UInt32 {
        sequence = sequence == .max ? 1 : sequence + 1
        return sequence
    }

    mutating func accept(sequence value: UInt32) -> Bool {
        guard value > heardSequence else { return false }
        heardSequence = value
        sequence = max(sequence, value)
        return true
    }

    /// Never 0, which the kernel would replace.
    mutating func nextIdentification() -> UInt16 {
        identification = identification == .max ? 1 : identification + 1
        return identification
    }
}

/// The running sum of a checksum over parts of a packet, without a generic sequence in between.
struct ChecksumSum {
    private var sum = InternetChecksum()

    var value: UInt16 { sum.value }

    /// The range starts at an even offset of what is summed; an odd last byte is padded.
    mutating func add(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var index = range.lowerBound
        while index + 1 < range.upperBound {
            sum.add(word: UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]))
            index += 2
        }
        if index < range.upperBound { sum.add(word: UInt16(bytes[index]) << 8) }
    }

    /// The pseudo header of RFC 9293 section 3.1 or RFC 8200 section 8.1, for protocol 112.
    mutating func addPseudoHeader(source: IPAddress, destination: IPAddress, length: Int) {
        add(source)
        add(destination)
        sum.add(word: UInt16(IPProtocol.vrrp))
        sum.add(word: UInt16(truncatingIfNeeded: length))
    }

    private mutating func add(_ address: IPAddress) {
        switch address {
        case .v4(let address):
            sum.add(word: UInt16(address.rawValue >> 16))
            sum.add(word: UInt16(truncatingIfNeeded: address.rawValue))
        case .v6(let address):
            add(address.high)
            add(address.low)
        }
    }

    private mutating func add(_ half: UInt64) {
        sum.add(word: UInt16(truncatingIfNeeded: half >> 48))
        sum.add(word: UInt16(truncatingIfNeeded: half >> 32))
        sum.add(word: UInt16(truncatingIfNeeded: half >> 16))
        sum.add(word: UInt16(truncatingIfNeeded: half))
    }
}
