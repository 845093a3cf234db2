import CSluiceABI
package import Wire

extension ActualState {
    /// Makes this director something else for all services of these VIPs, and changes nothing besides: what is left to do
    /// where no configuration is at hand.
    package func roleEdits(of vips: Set<IPAddress>, _ role: ServiceRole) -> [Edit] {
        services.sorted { $0.key < $1.key }.compactMap { slot, service in
            guard let address = IPAddress(words: service.address, family: service.family), vips.contains(address),
                let kind = service.slotKind, kind == .SLUICE_SLOT_SERVICE || kind == .SLUICE_SLOT_VIP,
                let scheduler = sluice_scheduler(rawValue: UInt32(service.scheduler))
            else { return nil }
            let flags = service.flags & ~ServiceRole.mask | role.flags
            guard flags != service.flags else { return nil }
            return .setServiceFlags(slot: slot, kind: kind, scheduler: scheduler, flags: flags)
        }
    }
}
