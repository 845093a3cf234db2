import Wire

/// A rule of policy routing, in the words of `ip rule`: a line of `static_rules` or `virtual_rules`.
package struct RuleSpecification: Hashable, Sendable {
    /// Of all that it says; IPv4 if it says nothing.
    package var family = IPAddress.Family.ipv4
    /// `not`: it applies to all other packets.
    package var isInverted = false
    /// `from`; nil: any.
    package var from: Prefix?
    /// `to`; nil: any.
    package var to: Prefix?
    /// `iif`, `dev`.
    package var incomingInterface: String?
    /// `oif`.
    package var outgoingInterface: String?
    /// `tos`, `dsfield`.
    package var tos: RoutingName?
    /// `fwmark`.
    package var mark: FirewallMark?
    /// `uidrange`: of the process that sends.
    package var userIDs: ClosedRange<UInt32>?
    /// `ipproto`.
    package var ipProtocol: RoutingName?
    /// `sport`; host byte order.
    package var sourcePorts: ClosedRange<UInt16>?
    /// `dport`; host byte order.
    package var destinationPorts: ClosedRange<UInt16>?
    /// `tunnel-id`.
    package var tunnelID: UInt64?
    /// `priority`, `preference`, `order`.
    package var priority = RuleSpecification.defaultPriority
    /// What it does.
    package var action: RuleAction
    /// `realms`; with a table alone.
    package var realms: RouteRealms?
    /// `suppress_prefixlength`, `sup_pl`: routes no longer than this do not count; with a table alone.
    package var suppressedPrefixLength: UInt32?
    /// `suppress_ifgroup`, `sup_group`: routes over such interfaces do not count; with a table alone.
    package var suppressedGroup: RoutingName?
    /// `protocol`: who made it, 0 to 255; nil: keepalived's number, 18.
    package var ruleProtocol: UInt8?
    /// That its loss is noticed; `no_track` clears it.
    package var isTracked = true
    /// `track_group`: of a static rule, the group whose VRRP instances lose by it.
    package var trackGroup: String?

    /// Of a rule that names none.
    package static let defaultPriority: UInt32 = 16_384
}

/// `fwmark MARK[/MASK]`.
package struct FirewallMark: Hashable, Sendable {
    package var value: UInt32
    /// nil: all bits count.
    package var mask: UInt32?
}

/// What a rule does.
package enum RuleAction: Hashable, Sendable {
    /// `table`, `lookup`.
    case lookup(RoutingName)
    /// `goto`: on with the rule of that priority, which is greater than its own.
    case goto(UInt32)
    /// `l3mdev`: the table of the packet's VRF.
    case lookupVRF
    case nop, blackhole, prohibit, unreachable
}
