import Wire

@testable import VRRP

/// An advert on its way.
struct Message {
    var at: Int
    var from: Int
    var to: Int
    var network: Int
    var advert: ReceivedAdvert
    /// Instead of the advert, if the world uses the codec.
    var packet: [UInt8]?
}

/// A link layer between routers: who reaches whom, and how badly.
struct SimulatedNetwork {
    /// `blocked[from * routers + to]`.
    private(set) var blocked: [Bool]
    /// Per million.
    var loss = 0
    var duplicates = 0
    var delay: ClosedRange<Int>
    private let routers: Int
    /// A good network doesn't reorder: nothing arrives before what the same sender sent earlier.
    var keepsOrder = false
    private var lastArrival: [Int]

    init(routers: Int, delay: Int) {
        self.routers = routers
        blocked = [Bool](repeating: false, count: routers * routers)
        self.delay = 0...delay
        lastArrival = [Int](repeating: 0, count: routers * routers)
    }

    func reaches(_ from: Int, _ to: Int) -> Bool { !blocked[from * routers + to] }

    mutating func block(_ from: Int, _ to: Int) { blocked[from * routers + to] = true }

    /// When something that is sent now would arrive after this delay.
    mutating func arrival(_ from: Int, _ to: Int, _ at: Int) -> Int {
        guard keepsOrder else { return at }
        lastArrival[from * routers + to] = max(at, lastArrival[from * routers + to])
        return lastArrival[from * routers + to]
    }

    mutating func heal() { for index in blocked.indices { blocked[index] = false } }
}

/// Messages by time, the next one last.
struct MessageQueue {
    private(set) var messages: [Message] = []

    var next: Int? { messages.last?.at }

    mutating func insert(_ message: Message) {
        var index = messages.count
        while index > 0, messages[index - 1].at <= message.at { index -= 1 }
        messages.insert(message, at: index)
    }

    mutating func removeNext() -> Message? { messages.popLast() }
}

extension World {
    /// To everybody else on the network, each by a way of its own.
    func send(_ priority: UInt8, _ node: SimulatedNode, _ member: SimulatedMember) {
        guard node.hasLink[member.network], let source = member.router.settings.source else { return }
        let network = networks[member.network]
        let advert = ReceivedAdvert(
            sender: source, priority: priority, interval: member.router.settings.clampedInterval)
        for to in nodes.indices where to != node.index && network.reaches(node.index, to) {
            var copies = random.isLucky(perMillion: network.duplicates) ? 2 : 1
            if random.isLucky(perMillion: network.loss) { copies -= 1 }
            let packet = copies > 0 ? packet(priority, from: source, to: to, member) : nil
            for _ in 0..<copies {
                let delayed = now + random.within(network.delay)
                let at = networks[member.network].arrival(node.index, to, delayed)
                inFlight.insert(
                    Message(
                        at: at, from: node.index, to: to, network: member.network, advert: advert, packet: packet))
            }
        }
    }

    /// To the group, or to this peer.
    private func destination(_ to: Int, _ family: IPAddress.Family) -> IPAddress {
        shape.isUnicast ? shape.address(to) : AdvertWire.group(family)
    }

    private func packet(_ priority: UInt8, from source: IPAddress, to: Int, _ member: SimulatedMember) -> [UInt8]? {
        guard shape.usesWire else { return nil }
        let destination = destination(to, member.codec.format.family)
        var bytes: [UInt8] = []
        do {
            try member.codec.encode(priority: priority, source: source, destination: destination, into: &bytes)
        } catch { fail("\(source) cannot encode its advert: \(error)") }
        return bytes
    }

    /// At the receiver's interface.
    func arrive(_ message: Message) {
        let node = nodes[message.to]
        guard node.hasLink[message.network], node.process == .running || node.process == .stopping else { return }
        if node.asleepUntil != nil {
            if !node.losesPackets { node.inbox.append(message) }
            return
        }
        deliver(message, node)
    }

    func deliver(_ message: Message, _ node: SimulatedNode) {
        let member = node.members[message.network]
        guard let advert = decode(message, member) else { return }
        if sabotage == .ignoresPriorityZero, advert.priority == 0 { return }
        if sabotage == .unyieldingOwners, advert.priority == 255, node.settings.priority == 255 { return }
        if sabotage == .deafWhenActive, member.router.state == .active { return }
        member.heard = advert
        noteHeard(advert, node, member)
        handle(.advert(sabotaged(advert, member)), node, member)
        checkGroup(node)
    }

    /// What gets through: requirement 12 without the codec, all of them with it.
    private func decode(_ message: Message, _ member: SimulatedMember) -> ReceivedAdvert? {
        guard let packet = message.packet else {
            let own = member.router.settings
            guard own.version == .v3 || message.advert.interval == own.clampedInterval else { return nil }
            return message.advert
        }
        do throws(AdvertFailure) {
            let envelope: AdvertEnvelope
            switch member.codec.format.family {
            case .ipv4: envelope = try AdvertEnvelope(ipv4: packet.span)
            case .ipv6:
                envelope = AdvertEnvelope(
                    source: message.advert.sender, destination: destination(message.to, .ipv6), hopLimit: 255,
                    length: packet.count)
            }
            let decoded = try member.codec.decode(packet.span, envelope, own: member.router.settings.source)
            if decoded.advert != message.advert || decoded.hasOtherAddresses {
                fail("the codec made \(decoded.advert) of \(message.advert)")
            }
            return decoded.advert
        } catch {
            if error != .advertInterval { fail("the codec dropped a good advert: \(error)") }
            return nil
        }
    }
}
