import Wire

/// The state of a session (RFC 5880 section 4.1); the raw value is the one on the wire.
package enum BFDState: UInt8, Hashable, Sendable, CaseIterable {
    case adminDown = 0
    case down = 1
    case initializing = 2
    case up = 3

    /// As keepalived and routers write it.
    package var words: String {
        switch self {
        case .adminDown: "AdminDown"
        case .down: "Down"
        case .initializing: "Init"
        case .up: "Up"
        }
    }
}

/// Why a session last changed its state (RFC 5880 section 4.1); the raw value is the one on the wire, 0 to 31.
package struct BFDDiagnostic: RawRepresentable, Hashable, Sendable {
    /// 0 to 31; above 8 reserved.
    package var rawValue: UInt8

    /// Five bits are kept.
    package init(rawValue: UInt8) { self.rawValue = rawValue & 0x1f }

    package static let none = BFDDiagnostic(rawValue: 0)
    package static let detectionTimeExpired = BFDDiagnostic(rawValue: 1)
    package static let neighbourSignalledDown = BFDDiagnostic(rawValue: 3)
    package static let administrativelyDown = BFDDiagnostic(rawValue: 7)

    /// For people.
    package var words: String {
        let names = [
            "no diagnostic", "nothing heard for the detection time", "echo failed", "the neighbour says down",
            "forwarding plane reset", "path down", "concatenated path down", "administratively down",
            "reverse concatenated path down",
        ]
        return Int(rawValue) < names.count ? names[Int(rawValue)] : "diagnostic \(rawValue)"
    }
}

/// A BFD control packet without authentication (RFC 5880 section 4.1): the payload of a UDP datagram, 24 bytes.
package struct BFDPacket: Hashable, Sendable {
    /// The sender's last diagnostic.
    package var diagnostic = BFDDiagnostic.none
    /// The sender's state.
    package var state = BFDState.down
    /// P: asks for an answer with F.
    package var isPoll = false
    /// F: answers P.
    package var isFinal = false
    /// C: the sender's BFD is independent of its control plane.
    package var isControlPlaneIndependent = false
    /// D: the sender would like to hear nothing.
    package var isDemand = false
    /// After how many missing packets the sender counts as silent, 1 to 255.
    package var multiplier: UInt8 = 1
    /// The sender's discriminator, not 0.
    package var myDiscriminator: UInt32 = 0
    /// The receiver's, as the sender knows it; 0: it doesn't.
    package var yourDiscriminator: UInt32 = 0
    /// How often the sender would like to send, in microseconds.
    package var desiredMinTx: UInt32 = 0
    /// How often the sender can take a packet, in microseconds; 0: none at all, please.
    package var requiredMinRx: UInt32 = 0
    /// How often the sender can take an echo packet, in microseconds; 0: never.
    package var requiredMinEchoRx: UInt32 = 0

    /// Empty: discriminators and intervals are to be filled in.
    package init() {}

    /// The length on the wire, without authentication.
    package static let length = 24

    /// The 24 bytes.
    package var bytes: [UInt8] {
        var flags = state.rawValue << 6
        if isPoll { flags |= 0x20 }
        if isFinal { flags |= 0x10 }
        if isControlPlaneIndependent { flags |= 0x08 }
        if isDemand { flags |= 0x02 }
        var bytes: [UInt8] = [1 << 5 | diagnostic.rawValue, flags, multiplier, UInt8(Self.length)]
        bytes.reserveCapacity(Self.length)
        for word in [myDiscriminator, yourDiscriminator, desiredMinTx, requiredMinRx, requiredMinEchoRx] {
            bytes.append(bigEndian: word)
        }
        return bytes
    }

    /// What is wrong with a packet: RFC 5880 section 6.8.6 has it discarded.
    package enum Fault: Error, Hashable, Sendable {
        /// Shorter than it says, or than 24 bytes.
        case length
        /// Another version than 1.
        case version
        /// A multiplier of 0.
        case multiplier
        /// M, reserved.
        case multipoint
        /// It has no discriminator, or says Init or Up without knowing ours.
        case discriminator
        /// Authentication, which is not in use.
        case authentication
        /// Poll and Final together.
        case pollAndFinal
    }

    /// Takes a datagram's payload apart.
    package init(decoding bytes: some RandomAccessCollection<UInt8>) throws(Fault) {
        guard bytes.count >= Self.length else { throw .length }
        let header = Array(bytes.prefix(Self.length))
        guard header[0] >> 5 == 1 else { throw .version }
        guard Int(header[3]) >= Self.length, Int(header[3]) <= bytes.count else { throw .length }
        guard header[1] & 0x04 == 0 else { throw .authentication }
        guard header[2] != 0 else { throw .multiplier }
        guard header[1] & 0x01 == 0 else { throw .multipoint }
        diagnostic = BFDDiagnostic(rawValue: header[0])
        guard let state = BFDState(rawValue: header[1] >> 6) else { throw .version }
        self.state = state
        isPoll = header[1] & 0x20 != 0
        isFinal = header[1] & 0x10 != 0
        isControlPlaneIndependent = header[1] & 0x08 != 0
        isDemand = header[1] & 0x02 != 0
        multiplier = header[2]
        myDiscriminator = header.bigEndian(at: 4) ?? 0
        yourDiscriminator = header.bigEndian(at: 8) ?? 0
        desiredMinTx = header.bigEndian(at: 12) ?? 0
        requiredMinRx = header.bigEndian(at: 16) ?? 0
        requiredMinEchoRx = header.bigEndian(at: 20) ?? 0
        guard myDiscriminator != 0 else { throw .discriminator }
        guard yourDiscriminator != 0 || state == .down || state == .adminDown else { throw .discriminator }
        guard !(isPoll && isFinal) else { throw .pollAndFinal }
    }
}
