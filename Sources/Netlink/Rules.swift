import CLibNL
import CShim
import Glibc
import Wire

/// A rule of policy routing, as it is added and removed. Numbers are rtnetlink's (linux/fib_rules.h).
package struct RuleEntry: Hashable, Sendable {
    package var family: IPAddress.Family
    /// It applies to all packets but those described.
    package var isInverted = false
    /// Of the packets; nil: any.
    package var source: Prefix?
    /// Of the packets; nil: any.
    package var destination: Prefix?
    /// By name, since a rule may wait for an interface; at most 15 bytes.
    package var incomingInterface: String?
    /// As `incomingInterface`.
    package var outgoingInterface: String?
    /// 0: any.
    package var tos: UInt8 = 0
    /// The packet's mark.
    package var mark: UInt32?
    /// Which of its bits count; nil: all.
    package var markMask: UInt32?
    /// Of the socket that sends.
    package var userIDs: ClosedRange<UInt32>?
    /// The protocol above IP.
    package var ipProtocol: UInt8?
    /// Host byte order.
    package var sourcePorts: ClosedRange<UInt16>?
    /// Host byte order.
    package var destinationPorts: ClosedRange<UInt16>?
    /// Host byte order.
    package var tunnelID: UInt64?
    /// The lowest is asked first.
    package var priority: UInt32
    package var action: Action
    /// FROM << 16 | TO; IPv4 alone.
    package var realms: UInt32?
    /// Routes no longer than this don't count.
    package var suppressedPrefixLength: UInt32?
    /// Routes over interfaces of this group don't count.
    package var suppressedGroup: UInt32?
    /// RTPROT_*: who made it.
    package var ruleProtocol: UInt8

    /// What it does.
    package enum Action: Hashable, Sendable {
        /// Looks this table up.
        case lookup(UInt32)
        /// On with the rule of this priority.
        case goto(UInt32)
        /// Looks up the table of the packet's VRF.
        case lookupVRF
        case nop, blackhole, unreachable, prohibit
    }

    /// For all packets.
    package init(_ family: IPAddress.Family, priority: UInt32, action: Action, ruleProtocol: UInt8) {
        self.family = family
        self.priority = priority
        self.action = action
        self.ruleProtocol = ruleProtocol
    }
}

extension NetlinkSocket {
    /// Adds a rule. False if one like it, whoever made it, was there.
    @discardableResult
    package mutating func add(_ rule: RuleEntry) throws(NetlinkError) -> Bool {
        let request = Request(
            RTM_NEWRULE, flags: NLM_F_CREATE | NLM_F_EXCL, header: rule.header, attributes: rule.attributes)
        do {
            try exchange("adding the rule of priority \(rule.priority)", request)
            return true
        } catch .failed(_, errno: EEXIST, _) {
            return false
        }
    }

    /// Removes a rule. False if there is none like it, of this protocol.
    @discardableResult
    package mutating func remove(_ rule: RuleEntry) throws(NetlinkError) -> Bool {
        let request = Request(RTM_DELRULE, flags: 0, header: rule.header, attributes: rule.attributes)
        do {
            try exchange("removing the rule of priority \(rule.priority)", request)
            return true
        } catch .failed(_, errno: ENOENT, _) {
            return false
        }
    }
}

extension RuleEntry {
    fileprivate var header: fib_rule_hdr {
        var header = fib_rule_hdr()
        header.family = UInt8(family.number)
        header.src_len = UInt8(source?.length ?? 0)
        header.dst_len = UInt8(destination?.length ?? 0)
        header.tos = tos
        header.flags = isInverted ? UInt32(FIB_RULE_INVERT) : 0
        switch action {
        case .lookup(let table):
            header.action = UInt8(FR_ACT_TO_TBL)
            header.table = table < 256 ? UInt8(table) : UInt8(RT_TABLE_COMPAT.rawValue)
        case .lookupVRF: header.action = UInt8(FR_ACT_TO_TBL)
        case .goto: header.action = UInt8(FR_ACT_GOTO)
        case .nop: header.action = UInt8(FR_ACT_NOP)
        case .blackhole: header.action = UInt8(FR_ACT_BLACKHOLE)
        case .unreachable: header.action = UInt8(FR_ACT_UNREACHABLE)
        case .prohibit: header.action = UInt8(FR_ACT_PROHIBIT)
        }
        return header
    }

    fileprivate var attributes: AttributeBytes {
        var bytes = AttributeBytes()
        bytes.put(FRA_PRIORITY, number: priority)
        bytes.put(FRA_PROTOCOL, number: ruleProtocol)
        putSelectors(into: &bytes)
        switch action {
        case .lookup(let table): bytes.put(FRA_TABLE, number: table)
        case .goto(let target): bytes.put(FRA_GOTO, number: target)
        case .lookupVRF: bytes.put(FRA_L3MDEV, number: UInt8(1))
        case .nop, .blackhole, .unreachable, .prohibit: break
        }
        if let realms { bytes.put(FRA_FLOW, number: realms) }
        if let suppressedPrefixLength { bytes.put(FRA_SUPPRESS_PREFIXLEN, number: suppressedPrefixLength) }
        if let suppressedGroup { bytes.put(FRA_SUPPRESS_IFGROUP, number: suppressedGroup) }
        return bytes
    }

    private func putSelectors(into bytes: inout AttributeBytes) {
        if let source, source.length > 0 { bytes.put(FRA_SRC, source.network.bytes) }
        if let destination, destination.length > 0 { bytes.put(FRA_DST, destination.network.bytes) }
        if let incomingInterface { bytes.put(FRA_IIFNAME, text: incomingInterface) }
        if let outgoingInterface { bytes.put(FRA_OIFNAME, text: outgoingInterface) }
        if let mark { bytes.put(FRA_FWMARK, number: mark) }
        if let markMask { bytes.put(FRA_FWMASK, number: markMask) }
        if let userIDs {
            var range = AttributeBytes()
            range.append(userIDs.lowerBound)
            range.append(userIDs.upperBound)
            bytes.put(FRA_UID_RANGE, range.bytes)
        }
        if let ipProtocol { bytes.put(FRA_IP_PROTO, number: ipProtocol) }
        for (type, ports) in [(FRA_SPORT_RANGE, sourcePorts), (FRA_DPORT_RANGE, destinationPorts)] {
            guard let ports else { continue }
            var range = AttributeBytes()
            range.append(ports.lowerBound)
            range.append(ports.upperBound)
            bytes.put(type, range.bytes)
        }
        if let tunnelID { bytes.put(FRA_TUN_ID, number: tunnelID.bigEndian) }
    }
}
