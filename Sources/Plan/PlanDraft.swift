import CSluiceABI
import Scheduling
internal import Wire

/// The working state of one plan.
struct PlanDraft {
    /// A slot of the service table as it should be. Markers have no ring.
    private struct Placement {
        let slot: UInt32
        let key: ServiceKey
        let kind: sluice_slot_kind
        let scheduler: sluice_scheduler
        let flags: UInt16
        var ring = sluice_ring()
        /// Whether the key was in the table before.
        let isOld: Bool
    }

    private let actual: ActualState
    private let desired: DesiredState
    private let services: [ServiceSpecification]
    private var table: ServiceTable
    private var destinations: DestinationTable
    private var arena: RingArena
    private(set) var seen: [UInt32: SeenRing]
    private var placements: [Placement] = []
    private var destinationEdits: [Edit] = []
    private var ringEdits: [Edit] = []

    init(actual: ActualState, desired: DesiredState, seen: [UInt32: SeenRing]) {
        self.actual = actual
        self.desired = desired
        self.seen = seen
        var keys = Set<ServiceKey>()
        services = desired.services.map { ServiceSpecification($0) }.filter { keys.insert($0.key).inserted }
        table = ServiceTable(actual)
        destinations = DestinationTable(actual)
        let serving = actual.services.values.filter { $0.slotKind == .SLUICE_SLOT_SERVICE }
        arena = RingArena(rings: serving.flatMap { [$0.ring, $0.previous] })
    }

    mutating func edits(ringHolds: (sluice_ring, [UInt32]) -> Bool) throws(PlanError) -> [Edit] {
        try checkCounts()
        var interfaces = InterfaceTable(actual)
        var interfaceEdits: [Edit] = []
        for interface in desired.interfaces {
            if let edit = try interfaces.write(interface) { interfaceEdits.append(edit) }
        }
        try placeMarkers()
        try placeMACs()
        for service in services { try place(service, ringHolds) }
        let blocking = table.takeBlocked().map(Edit.blockSlot)
        let serviceEdits = placements.flatMap { edits(for: $0) }
        let removals = removeServices()
        let retirements = destinations.unwanted().map(Edit.retireDestination)
        let emptied = table.collapse().map(Edit.emptySlot)
        let kept = Set(desired.interfaces.map(\.ifindex))
        return interfaceEdits + destinationEdits + ringEdits + blocking + serviceEdits
            + removals + retirements + emptied + interfaces.remove(allBut: kept)
    }

    private func checkCounts() throws(PlanError) {
        if services.count > Int(SLUICE_MAX_SERVICES) { throw .tooManyServices(count: services.count) }
        if desired.interfaces.count > Int(SLUICE_MAX_INTERFACES) {
            throw .tooManyInterfaces(count: desired.interfaces.count)
        }
    }

    // MARK: Where everything goes

    /// A slot for each VIP and each NAT real server: its role is that of all services that use it.
    private mutating func placeMarkers() throws(PlanError) {
        var addresses: [IPAddress] = []
        var markers: [IPAddress: (kind: sluice_slot_kind, flags: UInt16)] = [:]
        func add(_ address: IPAddress, _ kind: sluice_slot_kind, _ flags: UInt16) {
            if markers[address] == nil { addresses.append(address) }
            markers[address, default: (kind, 0)].flags |= flags
        }
        for service in services { add(service.key.address, .SLUICE_SLOT_VIP, service.roleFlags) }
        for vip in desired.unacceptedVIPs {
            add(vip.address, .SLUICE_SLOT_VIP, vip.role.flags | UInt16(SLUICE_SERVICE_NO_ACCEPT))
        }
        for service in services {
            for server in service.servers where server.mode == .SLUICE_MODE_NAT {
                // A real server that is a VIP too stays one, with the role of that VIP alone.
                if markers[server.address]?.kind == .SLUICE_SLOT_VIP { continue }
                add(server.address, .SLUICE_SLOT_SERVER, service.roleFlags)
            }
        }
        for address in addresses {
            guard let marker = markers[address] else { continue }
            try placeMarker(ServiceKey.marker(address), marker.kind, marker.flags)
        }
    }

    private mutating func placeMarker(
        _ key: ServiceKey, _ kind: sluice_slot_kind, _ flags: UInt16
    ) throws(PlanError) {
        let (slot, isOld) = try table.findOrPlace(key, kind: kind)
        placements.append(
            Placement(slot: slot, key: key, kind: kind, scheduler: .SLUICE_SCHEDULER_RR, flags: flags, isOld: isOld))
    }

    /// A slot for each virtual MAC: ours by whichever instance has its role on.
    private mutating func placeMACs() throws(PlanError) {
        var flags: [VirtualMAC.Place: UInt16] = [:]
        for virtual in desired.virtualMACs { flags[virtual.place, default: 0] |= virtual.role.flags }
        for virtual in desired.virtualMACs {
            guard let role = flags.removeValue(forKey: virtual.place) else { continue }
            try placeMarker(ServiceKey(virtual.place), .SLUICE_SLOT_MAC, role)
        }
    }

    private mutating func place(
        _ service: ServiceSpecification, _ ringHolds: (sluice_ring, [UInt32]) -> Bool
    ) throws(PlanError) {
        let (slot, isOld) = try table.findOrPlace(service.key, kind: .SLUICE_SLOT_SERVICE)
        let indexes = try claimDestinations(of: service, slot: slot)
        var placement = Placement(
            slot: slot, key: service.key, kind: .SLUICE_SLOT_SERVICE, scheduler: service.scheduler,
            flags: service.flags,
            isOld: isOld)
        placement.ring = try ring(of: service, slot: slot, indexes: indexes, isOld: isOld, ringHolds)
        placements.append(placement)
    }

    private mutating func claimDestinations(of service: ServiceSpecification, slot: UInt32) throws(PlanError)
        -> [UInt16]
    {
        var indexes: [UInt16] = []
        indexes.reserveCapacity(service.servers.count)
        for server in service.servers {
            guard let index = destinations.claim(slot: slot, server: server) else {
                throw .tooManyDestinations(service: service.key.description, retired: destinations.retired)
            }
            let value = sluice_destination(
                service: service.key, slot: slot, server: server, hop: desired.nextHops[server.address])
            if let edit = destinations.edit(index, value) { destinationEdits.append(edit) }
            indexes.append(index)
        }
        if !indexes.isEmpty { table.hold(slot) }
        return indexes
    }

    /// The service's present ring if it is right, else a new one.
    private mutating func ring(
        of service: ServiceSpecification, slot: UInt32, indexes: [UInt16], isOld: Bool,
        _ ringHolds: (sluice_ring, [UInt32]) -> Bool
    ) throws(PlanError) -> sluice_ring {
        let candidates = service.candidates(indexes: indexes)
        let present = isOld ? actual.services[slot]?.ring : nil
        if let present, let known = seen[slot], known.isStill(present, of: service, candidates) { return present }
        seen[slot] = nil
        let entries = service.ring(candidates)
        if let present, Int(present.size) == entries.count, entries.isEmpty || ringHolds(present, entries) {
            seen[slot] = SeenRing(service, candidates, present)
            return present
        }
        guard let ring = arena.allocate(entries.count) else {
            throw .ringArenaExhausted(
                service: service.key.description, entries: entries.count, free: arena.free)
        }
        if !entries.isEmpty { ringEdits.append(.writeRing(base: ring.base, entries)) }
        return ring
    }

    // MARK: What it takes

    private func edits(for placement: Placement) -> [Edit] {
        guard placement.isOld, let old = actual.services[placement.slot] else {
            var value = placement.key.slotValue
            value.kind = UInt8(placement.kind.rawValue)
            value.scheduler = UInt8(placement.scheduler.rawValue)
            value.flags = placement.flags
            value.ring = placement.ring
            return [.writeService(slot: placement.slot, value)]
        }
        // The sh scheduler reads its ring by bucket number, so its ring is there before it and after it.
        let toSourceHash = placement.scheduler == .SLUICE_SCHEDULER_SH
        let (flags, ring) = (flagsEdit(placement, old), ringEdit(placement, old))
        return (toSourceHash ? [ring, flags] : [flags, ring]).compactMap(\.self)
    }

    private func flagsEdit(_ placement: Placement, _ old: sluice_service) -> Edit? {
        if old.kind == placement.kind.rawValue, old.scheduler == placement.scheduler.rawValue,
            old.flags == placement.flags
        {
            return nil
        }
        return .setServiceFlags(
            slot: placement.slot, kind: placement.kind, scheduler: placement.scheduler, flags: placement.flags)
    }

    /// A stateless service that stays one with its scheduler remembers the ring it leaves, until that is settled.
    private func ringEdit(_ placement: Placement, _ old: sluice_service) -> Edit? {
        let stateless = UInt16(SLUICE_SERVICE_STATELESS)
        let remembers = placement.flags & old.flags & stateless != 0 && old.scheduler == placement.scheduler.rawValue
        if placement.ring.isSame(as: old.ring) {
            let isForgotten = old.previous.size == 0 || remembers && desired.now < old.settled
            return isForgotten ? nil : .forgetPreviousRing(slot: placement.slot)
        }
        let isRemembered = remembers && old.ring.size > 0
        return .switchRing(
            slot: placement.slot, ring: placement.ring, previous: isRemembered ? old.ring : sluice_ring(),
            settled: isRemembered ? desired.now + desired.settleTime : 0)
    }

    /// Services first, then markers.
    private mutating func removeServices() -> [Edit] {
        let kept = Set(placements.map(\.slot))
        let gone = actual.services.filter { slot, value in
            guard let kind = value.slotKind, kind != .SLUICE_SLOT_DELETED else { return false }
            return !kept.contains(slot)
        }
        let ordered = gone.sorted { left, right in
            (left.value.protocol == 0 ? 1 : 0, left.key) < (right.value.protocol == 0 ? 1 : 0, right.key)
        }
        for (slot, _) in ordered {
            table.remove(slot)
            seen[slot] = nil
        }
        return ordered.map { .removeService(slot: $0.key) }
    }
}

extension SeenRing {
    init(_ service: ServiceSpecification, _ candidates: [Candidate], _ ring: sluice_ring) {
        self.init(
            scheduler: service.scheduler, fallback: service.fallback, ringServers: service.ringServers,
            candidates: candidates, ring: ring)
    }

    func isStill(_ present: sluice_ring, of service: ServiceSpecification, _ candidates: [Candidate]) -> Bool {
        ring.isSame(as: present) && scheduler == service.scheduler && fallback == service.fallback
            && ringServers == service.ringServers && self.candidates == candidates
    }
}
