internal import VRRP
internal import Wire

/// The virtual routers at one moment, to look at.
struct VRRPStatus: Sendable {
    /// When.
    var now = Instant(nanoseconds: 0)
    /// In the order of the configuration.
    var instances: [Instance] = []
    /// Adverts with a VRID that no instance on their interface has.
    var unknownRouterIDs: UInt64 = 0
    /// Groups and their members.
    var groups: [(name: String, state: VirtualRouter.State, members: [String])] = []

    /// One of them.
    struct Instance: Sendable {
        var router: VirtualRouter
        var ledger: PriorityLedger
        var interface: String?
        var addresses: [IPAddress]
        /// Newest last.
        var history: [(at: Instant, transition: VirtualRouter.Transition)]
    }

    /// For `sluicectl vrrp`.
    var json: JSON {
        .object([
            ("ok", .bool(true)), ("instances", .array(instances.map { $0.json(at: now) })),
            ("unknown_vrid_adverts", .int(Int(clamping: unknownRouterIDs))),
            (
                "groups",
                .array(
                    groups.map { group in
                        .object([
                            ("name", .string(group.name)), ("state", .string(group.state.word)),
                            ("members", .array(group.members.map { .string($0) })),
                        ])
                    })
            ),
        ])
    }
}

extension VRRPStatus.Instance {
    fileprivate func json(at now: Instant) -> JSON {
        .object(identity + condition(at: now) + experience(at: now))
    }

    private var identity: [(String, JSON)] {
        let settings = router.settings
        return [
            ("name", .string(settings.name)), ("state", .string(router.state.word)),
            ("interface", interface.map { .string($0) } ?? .null), ("virtual_router_id", .int(Int(settings.routerID))),
            ("version", .int(Int(settings.version.rawValue))),
            ("source", settings.source.map { .string("\($0)") } ?? .null),
            ("base_priority", .int(Int(settings.priority))),
            ("addresses", .array(addresses.map { .string("\($0)") })),
        ]
    }

    private func condition(at now: Instant) -> [(String, JSON)] {
        [
            ("for_seconds", router.since.map { .double(seconds(now - $0)) } ?? .null),
            ("priority", .int(Int(router.priority))),
            ("advert_interval_seconds", .double(seconds(router.activeInterval))),
            ("faults", .array(router.faults.list.map { .string($0.word) })), ("held", .bool(router.isHeld)),
            ("trackers", .array(ledger.entries.map(\.json))), ("peers", .array(router.peers.map { $0.json(at: now) })),
        ]
    }

    private func experience(at now: Instant) -> [(String, JSON)] {
        let last = router.lastSplitBrain.flatMap { $0.isCertain ? $0.json(at: now) : nil }
        return [
            ("split_brain", router.splitBrain(at: now).map { $0.json(at: now) } ?? .null),
            ("last_split_brain", last ?? .null),
            ("transitions", .array(history.map { transition($0, at: now) })), ("statistics", router.statistics.json),
        ]
    }

    private func transition(_ entry: (at: Instant, transition: VirtualRouter.Transition), at now: Instant) -> JSON {
        .object([
            ("seconds_ago", .double(seconds(now - entry.at))), ("from", .string(entry.transition.from.word)),
            ("to", .string(entry.transition.to.word)), ("reason", .string(entry.transition.reason.words)),
        ])
    }
}

/// Three digits after the point.
private func seconds(_ duration: Duration) -> Double {
    (Double(duration.nanosecondsClamped) / 1e6).rounded() / 1e3
}

extension PriorityLedger.Entry {
    fileprivate var json: JSON {
        let says: JSON =
            switch verdict {
            case .waiting: .string("waiting")
            case .up: .string("up")
            case .down: .string("down")
            case .value(let value): .int(value)
            }
        return .object([
            ("kind", .string(tracker.kind.rawValue)), ("name", .string(tracker.name)),
            ("weight", .int(tracker.weight)), ("reverse", .bool(tracker.isReversed)), ("says", says),
            ("gives", .int(contribution)), ("fault", .bool(isFault)),
        ])
    }
}

extension SplitBrain {
    fileprivate func json(at now: Instant) -> JSON {
        .object([
            ("peer", .string("\(peer)")), ("since_seconds_ago", .double(seconds(now - since))),
            ("last_seconds_ago", .double(seconds(now - last))), ("adverts", .int(Int(clamping: adverts))),
        ])
    }
}

extension VirtualRouter.Peer {
    fileprivate func json(at now: Instant) -> JSON {
        .object([
            ("address", .string("\(address)")), ("priority", .int(Int(priority))),
            ("interval_seconds", .double(seconds(interval))), ("heard_seconds_ago", .double(seconds(now - lastHeard))),
            ("adverts", .int(Int(clamping: adverts))),
        ])
    }
}

extension Statistics {
    fileprivate var json: JSON {
        let counts: [(String, UInt64)] = [
            ("adverts_received", advertsReceived), ("adverts_sent", advertsSent), ("became_master", becameActive),
            ("released_master", releasedActive), ("priority_zero_received", priorityZeroReceived),
            ("priority_zero_sent", priorityZeroSent), ("conflicts", conflicts), ("split_brains", splitBrains),
            ("late_timers", lateTimers),
            ("packet_len_err", dropped(.packetLength)), ("ip_ttl_err", dropped(.ttl)),
            ("invalid_type_rcvd", dropped(.type)), ("advert_interval_err", dropped(.advertInterval)),
            ("addr_list_err", dropped(.addressList)), ("invalid_authtype", dropped(.invalidAuthType)),
            ("authtype_mismatch", dropped(.authTypeMismatch)), ("auth_failure", dropped(.authFailure)),
            ("chk_err", dropped(.checksum)), ("vers_err", dropped(.version)), ("vrid_err", dropped(.routerID)),
            ("own", dropped(.own)), ("wrong_destination", dropped(.destination)),
            ("unknown_peer", dropped(.unknownPeer)),
        ]
        return .object(counts.map { ($0.0, .int(Int(clamping: $0.1))) })
    }
}
