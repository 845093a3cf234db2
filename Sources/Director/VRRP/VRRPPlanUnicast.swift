internal import Config
internal import VRRP
internal import Wire

extension VRRPPlan.Instance {
    /// What only unicast peers are told, and told in another way.
    mutating func setUnicast(_ instance: VRRPInstance) {
        sentTTL = peers.isEmpty ? AdvertWire.ttl : instance.unicastTTL ?? AdvertWire.ttl
        lacksPeer = instance.faultsWithoutPeers && peers.isEmpty
        switch instance.oldUnicastChecksum {
        case .always: if !peers.isEmpty { checksumReading = .groupPseudoHeader }
        case .never: refusesOldUnicastChecksum = true
        case nil: break
        }
    }

    /// `garp_extra_if`: the addresses that are on other interfaces; without `all` those on a VMAC only.
    mutating func setExtra(_ instance: VRRPInstance, _ global: GlobalVRRPSettings) {
        var every = global.garpExtraIf.map { (all: $0.all, seconds: $0.intervalSeconds) }
        if let own = instance.announcements.extraInterfaces { every = (own.all, own.seconds) }
        guard let every, every.seconds > 0 else { return }
        extraAddresses = addresses.filter { placed in
            placed.interface != instance.interface
                && (every.all || placed.address.usesVMAC || instance.usesVMACForAddresses)
        }
        guard !extraAddresses.isEmpty else { return }
        extraRefresh = .seconds(min(every.seconds, 86_400))
    }
}
