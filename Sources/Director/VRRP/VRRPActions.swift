internal import Config
internal import Linux
internal import Netlink
internal import Plan
internal import VRRP
internal import Wire

/// What the machines say, done.
extension VRRPDriver {
    /// How long the maps may take to be ready before a VIP is taken anyway.
    private static let rolePatience = Duration.milliseconds(10)

    func perform(_ action: VirtualRouter.Action, of member: VRRPMember, at now: Instant) {
        switch action {
        case .sendAdvert(let priority):
            if priority > 0, !member.isRaised, !member.plan.links.isEmpty {
                // With a virtual MAC the first advert moves the traffic here.
                askForRole(.active, of: member)
                raise(member)
            }
            sendAdvert(priority, of: member)
            if let slot = member.slot { stateFile.noteSequence(member.codec.sequence, slot) }
            if priority > 0, let slot = member.slot { stateFile.note(.init(time: now, priority: priority), slot) }
        case .addAddresses: serve(member)
        case .silenceAddresses: silence(member)
        case .removeAddresses: stopServing(member)
        // `configure` knows which: also the excluded ones, of which the machine knows nothing.
        case .updateAddresses: break
        case .announce(let count, _): announce(member.plan.addresses, count: count, of: member)
        case .notify(let transition):
            member.remember(transition, at: now)
            followExtra(member, at: now)
            if transition.to != .active { pacer.drop(member.name) }
            mailbox.post(.transition(member.name, transition, priority: member.router.priority))
        case .priorityChanged(let old, let new): mailbox.post(.priorityChanged(member.name, from: old, to: new))
        case .heardLowerPriority:
            if member.lowerPriorityLog.maySay(at: now) { mailbox.post(.heardLowerPriority(member.name)) }
        case .wantsActive: break  // The group reads it from the member's status.
        case .stopped: member.hasStopped = true
        case .log(let entry): mailbox.post(.entry(member.name, entry))
        }
    }

    // MARK: Adverts

    private func sendAdvert(_ priority: UInt8, of member: VRRPMember) {
        guard let source = member.router.settings.source else { return }
        guard member.plan.peers.isEmpty else {
            for index in member.plan.peers.indices {
                send(priority, of: member, from: source, to: member.plan.peers[index].address)
            }
            return
        }
        send(priority, of: member, from: source, to: member.plan.group)
    }

    private func send(_ priority: UInt8, of member: VRRPMember, from source: IPAddress, to destination: IPAddress) {
        do throws(AdvertCodec.EncodingFailure) {
            try member.codec.encode(priority: priority, source: source, destination: destination, into: &outgoing)
        } catch {
            return complain(member, "can't advertise to \(destination): its family is not the addresses'")
        }
        do throws(SystemError) {
            try sockets.send(
                outgoing, from: source, to: destination, by: member.advertIfindex, hopLimit: member.plan.sentTTL)
            member.hasComplained = false
        } catch {
            complain(member, "can't advertise: \(error)")
        }
    }

    // MARK: Addresses

    /// The forwarder first, then the addresses: who is drawn here by an announcement is served.
    private func serve(_ member: VRRPMember) {
        askForRole(.active, of: member)
        for placed in member.plan.addresses { add(placed, of: member) }
        endSilence(of: member)
    }

    @discardableResult
    func add(_ placed: VRRPPlan.PlacedAddress, of member: VRRPMember) -> Bool {
        do throws(NetlinkError) {
            return try network.add(placed)
        } catch {
            mailbox.post(.text("\(member.name): \(error)", isWarning: true))
            return false
        }
    }

    func remove(_ placed: VRRPPlan.PlacedAddress, of member: VRRPMember) {
        do throws(NetlinkError) {
            try network.remove(placed)
        } catch {
            mailbox.post(.text("\(member.name): \(error)", isWarning: true))
        }
    }

    private func stopServing(_ member: VRRPMember) {
        for placed in member.plan.addresses { remove(placed, of: member) }
        endSilence(of: member)
        lower(member)
        if let slot = member.slot { stateFile.note(nil, slot) }
        askForRole(.draining, of: member)
    }

    /// Moves the addresses to lo: what is sent to them still arrives, and connections to this machine live on, but with
    /// `arp_ignore` 1 nobody on the interface is told of an IPv4 address that it doesn't have itself, and of an IPv6
    /// address never.
    private func silence(_ member: VRRPMember) {
        for placed in member.plan.addresses {
            do throws(NetlinkError) {
                try network.addToLoopback(placed.address.address)
            } catch {
                mailbox.post(.text("\(member.name): \(error)", isWarning: true))
                continue
            }
            if placed.address.address.family == .ipv4 { ignoreARP(on: placed.interface, for: member) }
            remove(placed, of: member)
        }
    }

    private func ignoreARP(on interface: String, for member: VRRPMember) {
        let name = "net/ipv4/conf/\(interface)/arp_ignore"
        let isShared = members.contains { $0.silencedInterfaces.contains(interface) }
        guard isShared || (try? Sysctl.read(name)) == "0" else { return }
        guard stateFile.noteSilenced(interface, true) else { return }
        do throws(SystemError) {
            try Sysctl.write("1", to: name)
            member.silencedInterfaces.insert(interface)
        } catch {
            mailbox.post(.text("\(member.name): \(error)", isWarning: true))
        }
    }

    private func endSilence(of member: VRRPMember) {
        for placed in member.plan.addresses { try? network.removeFromLoopback(placed.address.address) }
        let interfaces = member.silencedInterfaces
        member.silencedInterfaces = []
        for interface in interfaces where !members.contains(where: { $0.silencedInterfaces.contains(interface) }) {
            answerARP(on: interface)
        }
    }

    /// `arp_ignore` as it was. Names that a file holds are anybody's: only one that an interface can have is written to.
    func answerARP(on interface: String) {
        guard network.link(named: interface) != nil, !interface.contains("/"), interface != ".." else { return }
        try? Sysctl.write("0", to: "net/ipv4/conf/\(interface)/arp_ignore")
        _ = stateFile.noteSilenced(interface, false)
    }

    // MARK: Announcements

    func announce(_ addresses: [VRRPPlan.PlacedAddress], count: Int, of member: VRRPMember) {
        let frames = addresses.compactMap { placed -> VRRPPacer.Frame? in
            guard let link = network.link(named: placed.interface), let mac = link.mac else { return nil }
            let address = placed.address.address
            let isRouter = address.family == .ipv6 && Self.forwardsIPv6(placed.interface)
            return VRRPPacer.Frame(
                bytes: Announcement.frame(for: address, mac: mac, isRouter: isRouter), ifindex: link.index,
                interface: placed.interface, family: address.family, member: member.name)
        }
        let now = Self.now
        for _ in 0..<min(count, 1_000) {
            for frame in frames where pacer.admit(frame, at: now) { send(frame) }
        }
    }

    func send(_ frame: VRRPPacer.Frame) {
        do throws(SystemError) {
            try sockets.send(frame: frame.bytes, by: frame.ifindex)
        } catch {
            guard let member = members.first(where: { $0.name == frame.member }) else { return }
            complain(member, "can't announce the addresses: \(error)")
        }
    }

    private static func forwardsIPv6(_ interface: String) -> Bool {
        (try? Sysctl.read("net/ipv6/conf/\(interface)/forwarding")) == "1"
    }

    // MARK: The forwarder

    /// Tells the director. For the active role its answer is waited for, shortly: a forwarder that is late must not cost
    /// the role itself.
    private func askForRole(_ role: ServiceRole, of member: VRRPMember) {
        guard member.role != role else { return }
        member.role = role
        ticket += 1
        mailbox.post(.role(member.name, role, ticket: ticket))
        guard role == .active else { return }
        let quarter = Duration.nanoseconds(member.plan.settings.clampedInterval.nanosecondsClamped / 4)
        let deadline = (Self.now + min(Self.rolePatience, quarter)).nanoseconds
        mailbox.forAnswer.clear()
        while !mailbox.isAnswered(ticket), SystemClock.monotonicNanoseconds < deadline {
            roleWait.wait(until: deadline)
            mailbox.forAnswer.clear()
        }
    }
}
