internal import Linux
internal import Netlink
internal import VRRP
internal import Wire

/// What comes in, to the machines.
extension VRRPDriver {
    /// Gives a machine an event, performs its actions in order, and lets its sync group follow.
    func deliver(_ event: VirtualRouter.Event, to member: VRRPMember, at now: Instant) {
        actions.removeAll()
        member.router.handle(event, at: now, into: &actions)
        for index in actions.list.indices { perform(actions.list[index], of: member, at: now) }
        followRole(of: member)
        if member.router.settings.isGrouped { followGroup(of: member, at: now) }
    }

    /// Routes and rules, by the network keeper. After all that is urgent: advert, addresses, announcement.
    private func followRole(of member: VRRPMember) {
        // One that is to be adopted has them, and is told to serve or not when it begins.
        guard member.startTime == nil || member.hasStopped, member.hasNetwork != member.router.isServing else { return }
        member.hasNetwork = member.router.isServing
        keeper.serve(member.name, member.hasNetwork)
    }

    private func followGroup(of member: VRRPMember, at now: Instant) {
        let status = member.router.groupStatus
        guard status != member.toldStatus else { return }
        for index in groups.indices {
            guard let place = groups[index].plan.members.firstIndex(of: member.name) else { continue }
            member.toldStatus = status
            var orders: [SyncGroup.Action] = []
            groups[index].machine.handle(status, of: place, into: &orders)
            carryOut(orders, ofGroup: index, at: now)
        }
    }

    /// The orders of a sync group to its members.
    func carryOut(_ orders: [SyncGroup.Action], ofGroup index: Int, at now: Instant) {
        let names = groups[index].plan.members
        for order in orders {
            switch order {
            case .order(let place, let event):
                if let member = members.first(where: { $0.name == names[place] }) {
                    deliver(event, to: member, at: now)
                }
            case .notify(_, let state): mailbox.post(.groupTransition(groups[index].plan.name, to: state))
            }
        }
    }

    // MARK: Packets

    /// Packets of one socket at a time, so that a flood of them doesn't keep timers waiting.
    private static let packetLimit = 256

    /// Reads the sockets empty, or as far as the limit lets. Nothing is allocated for an advert of a known sender.
    func receiveAll() {
        for _ in 0..<Self.packetLimit {
            guard let (length, ifindex) = sockets.receive4() else { break }
            hear4(length, ifindex)
        }
        if let header = sockets.header4 {
            for _ in 0..<Self.packetLimit {
                guard let (length, ifindex) = header.receive(into: &sockets.buffer) else { break }
                hear4(length, ifindex)
            }
        }
        for _ in 0..<Self.packetLimit {
            guard let (length, envelope) = sockets.receive6() else { break }
            hear6(length, envelope)
        }
    }

    private func hear4(_ length: Int, _ ifindex: UInt32) {
        // What is too short says not whose it is.
        let bytes = sockets.buffer
        guard let envelope = try? AdvertEnvelope(ipv4: bytes.span.extracting(0..<length)) else { return }
        hear(length, envelope, ifindex, .ipv4)
    }

    private func hear6(_ length: Int, _ raw: RawIPv6Socket.Envelope) {
        let envelope = AdvertEnvelope(
            source: .v6(raw.source), destination: .v6(raw.destination), hopLimit: raw.hopLimit, length: length)
        hear(length, envelope, raw.ifindex, .ipv6)
    }

    private func hear(_ length: Int, _ envelope: AdvertEnvelope, _ ifindex: UInt32, _ family: IPAddress.Family) {
        // Not a copy: the buffer is written to again only when this reference is gone.
        let bytes = sockets.buffer
        guard let routerID = envelope.routerID(in: bytes.span.extracting(0..<length)) else { return }
        guard let member = places[Self.key(ifindex, routerID, family)] ?? places[Self.key(0, routerID, family)] else {
            return countUnknown(routerID, from: envelope.source, ifindex)
        }
        guard member.advertIfindex == ifindex || member.advertIfindex == 0 else { return }
        do throws(AdvertFailure) {
            let decoded = try member.codec.decode(bytes.span.extracting(0..<length), envelope, own: nil)
            if decoded.hasOtherAddresses { member.router.statistics.countDrop(.addressList) }
            deliver(.advert(decoded.advert), to: member, at: Self.now)
        } catch {
            member.router.statistics.countDrop(error)
            sayDrop(error, from: envelope.source, of: member, at: Self.now)
        }
    }

    static func key(_ ifindex: UInt32, _ routerID: UInt8, _ family: IPAddress.Family) -> Int {
        Int(ifindex) << 16 | Int(routerID) << 8 | Int(family.rawValue)
    }

    // MARK: The network

    /// Links or addresses have changed.
    func followNetwork(at now: Instant) {
        for member in members where member.startTime == nil && !member.hasStopped { follow(member, at: now) }
    }

    /// What the interfaces are like, for one instance: faults, source, and its addresses put back where they are missing.
    func follow(_ member: VRRPMember, at now: Instant) {
        let link = member.plan.interface.flatMap { network.link(named: $0) }
        if (link?.index ?? 0) != member.ifindex {
            member.ifindex = link?.index ?? 0
            rebuildPlaces()
        }
        followLinks(member)
        join(member)
        limitAddresses(of: member, mtu: link.map { Int($0.mtu) } ?? 1_500)
        raise(.noPeer, member.plan.lacksPeer, member, at: now)
        let isDown = member.plan.interface != nil && !(link?.isRunning ?? false) || !hasLinks(member)
        raise(.interface, isDown && !member.plan.ignoresOwnInterface, member, at: now)
        let source = network.source(for: member.plan, ifindex: member.ifindex, vips: plan.holders)
        if source != member.router.settings.source { deliver(.source(source), to: member, at: now) }
        for entry in member.ledger.entries where entry.tracker.kind == .interface {
            let isUp = network.link(named: entry.tracker.name)?.isRunning ?? false
            if member.ledger.record(isUp ? .up : .down, kind: .interface, name: entry.tracker.name) {
                tellPriority(member, at: now)
            }
        }
        putBack(member)
    }

    func rebuildPlaces() {
        places = [:]
        for member in members where member.plan.interface == nil || member.ifindex != 0 {
            places[Self.key(member.ifindex, member.plan.settings.routerID, member.plan.family)] = member
            guard member.virtualIfindex != 0 else { continue }
            places[Self.key(member.virtualIfindex, member.plan.settings.routerID, member.plan.family)] = member
        }
    }

    private func join(_ member: VRRPMember) {
        guard member.ifindex != 0, member.plan.peers.isEmpty else { return }
        do throws(SystemError) {
            try sockets.join(member.plan.group, on: member.ifindex)
            if member.virtualIfindex != 0, !member.plan.transmitsOnBase {
                try sockets.join(member.plan.group, on: member.virtualIfindex)
            }
        } catch {
            complain(member, "can't hear the others: \(error)")
        }
    }

    /// Once until it goes well again.
    func complain(_ member: VRRPMember, _ text: String) {
        guard !member.hasComplained else { return }
        member.hasComplained = true
        mailbox.post(.text("\(member.name): \(text)", isWarning: true))
    }
}
