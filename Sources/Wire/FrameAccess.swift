extension Frame {
    /// Every layer of one type, outermost first: `frame.all(IPv4.self).last` is the innermost IPv4 header.
    package func all<Layer: PacketLayer>(_: Layer.Type = Layer.self) -> [Layer] { layers.compactMap { $0 as? Layer } }

    /// The outermost layer of one type.
    package func first<Layer: PacketLayer>(_: Layer.Type = Layer.self) -> Layer? { all(Layer.self).first }

    /// The outermost Ethernet header; nil if the bytes begin with IP or it is cut off.
    package var ethernet: Ethernet? { first() }

    /// VLAN tags, outermost first.
    package var tags: [VLAN] { all() }

    /// Source and destination of every IP header, outermost first: one for a plain packet, two for a tunnelled one or
    /// an ICMP error.
    package var addresses: [(source: IPAddress, destination: IPAddress)] { layers.compactMap(\.addresses) }

    /// The outermost TCP or UDP header's ports; with an ICMP error, those of the packet it quotes.
    package var ports: (source: UInt16, destination: UInt16)? {
        for layer in layers {
            switch layer {
            case let tcp as TCP: return (tcp.source, tcp.destination)
            case let udp as UDP: return (udp.source, udp.destination)
            case let quoted as QuotedPorts: return (quoted.source, quoted.destination)
            default: continue
            }
        }
        return nil
    }

    /// What the innermost header carries; empty if nothing follows it.
    package var payload: [UInt8] { all(Payload.self).last?.bytes ?? [] }
}

extension Frame: CustomStringConvertible {
    /// One line, as tcpdump would write it: layers by comma, then what is wrong with them.
    package var description: String {
        var parts = layers.map(\.summary)
        parts += wrongChecksums.map { "WRONG CHECKSUM in \($0)" }
        switch problem {
        case .cutOff(let header)?: parts.append("CUT OFF in \(header)")
        case .lengthBeyondEnd(let claimed, let available)?:
            parts.append("LENGTH \(claimed) of \(available) bytes")
        case nil: break
        }
        return parts.joined(separator: ", ")
    }
}
