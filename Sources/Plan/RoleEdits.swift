import CSluiceABI
package import Wire

extension ActualState {
    /// Makes this director something else for all services of these VIPs, and for these virtual MAC addresses, and changes
    /// nothing besides: what is left to do where no configuration is at hand.
    package func roleEdits(of vips: Set<IPAddress>, _ macs: Set<MACAddress>, _ role: ServiceRole) -> [Edit] {
        services.sorted { $0.key < $1.key }.compactMap { slot, service in
            guard let kind = service.slotKind, isMeant(service, kind, vips, macs),
                let scheduler = sluice_scheduler(rawValue: UInt32(service.scheduler))
            else { return nil }
            let flags = service.flags & ~ServiceRole.mask | role.flags
            guard flags != service.flags else { return nil }
            return .setServiceFlags(slot: slot, kind: kind, scheduler: scheduler, flags: flags)
        }
    }

    private func isMeant(
        _ service: sluice_service, _ kind: sluice_slot_kind, _ vips: Set<IPAddress>, _ macs: Set<MACAddress>
    ) -> Bool {
        switch kind {
        case .SLUICE_SLOT_SERVICE, .SLUICE_SLOT_VIP:
            IPAddress(words: service.address, family: service.family).map(vips.contains) ?? false
        case .SLUICE_SLOT_MAC:
            macs.contains { VirtualMAC.Place(ifindex: service.address.0, mac: $0).words == service.address }
        case .SLUICE_SLOT_EMPTY, .SLUICE_SLOT_DELETED, .SLUICE_SLOT_SERVER: false
        }
    }
}
