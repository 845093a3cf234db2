import Wire

@testable import VRRP

/// Ways to break a router behind the simulator's back: each must be found.
enum Sabotage: String, CaseIterable {
    /// All backups time out at once.
    case noSkew
    /// The role that was given up is waited out.
    case ignoresPriorityZero
    /// nopreempt is not looked at.
    case preemptsAnyway
    /// A better router never takes over.
    case neverPreempts
    /// Of two equals the lower address wins.
    case reversedTie
    /// Addresses are not removed.
    case keepsAddresses
    /// The addresses go before the successor is there.
    case leavesAtOnce
    /// Two active routers stay two.
    case deafWhenActive
    /// A member that is preempted leaves the others where they are.
    case forgetsTheGroup
    /// Every advert is answered.
    case echoes
    /// A backup forgets its timer.
    case forgetsTheTimer
    /// preempt_delay is not waited for.
    case impatient
    /// Two owners go on as such.
    case unyieldingOwners
    /// A takeover after an advert less than the others were told to wait for.
    case countsTooFew
    /// A stopping router says nothing.
    case leavesInSilence
}

extension World {
    /// The configuration that a broken router works with.
    func sabotaged(_ settings: VirtualRouterSettings) -> VirtualRouterSettings {
        var settings = settings
        switch sabotage {
        case .preemptsAnyway: settings.preempts = true
        case .neverPreempts: settings.preempts = false
        case .leavesAtOnce: settings.handover.isEnabled = false
        case .impatient: settings.preemptDelay = .zero
        case .countsTooFew: settings.downTimerAdverts -= 1
        default: break
        }
        return settings
    }

    /// What a broken router hears.
    func sabotaged(_ advert: ReceivedAdvert, _ member: SimulatedMember) -> ReceivedAdvert {
        guard sabotage == .reversedTie, let own = member.router.settings.source else { return advert }
        var advert = advert
        advert.sender = advert.sender < own ? shape.address(200) : IPAddress.v4(IPv4Address(rawValue: 0))
        return advert
    }

    /// What becomes of a router's timers.
    func sabotageTimers(_ node: SimulatedNode, _ member: SimulatedMember) {
        guard let sabotage, member.router.state == .backup else { return }
        switch sabotage {
        case .noSkew:
            guard let down = member.router.deadlines.down, down != member.deadline else { return }
            member.router.deadlines.down = down - member.router.skew
        case .forgetsTheTimer:
            if random.below(50) == 0 { member.router.deadlines.down = nil }
        default: return
        }
    }
}
