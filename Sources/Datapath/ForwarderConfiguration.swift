package import CSluiceABI
package import Plan

extension sluice_config {
    /// The program's read-only data, from what it must be able to do and what its maps say.
    ///
    /// - Parameter limited: whether ICMP answers are limited; off only where a test or a benchmark counts them.
    package init(_ features: Features, _ settings: sluice_settings, limited: Bool = true) {
        self.init()
        secret = settings.secret
        flow_mask4 = settings.flow_buckets4 - 1
        flow_mask6 = settings.flow_buckets6 - 1
        hop_mask = settings.hops - 1
        tick_shift = settings.tick_shift
        nat = features.nat ? 1 : 0
        any_port = features.anyPort ? 1 : 0
        stateless = features.stateless ? 1 : 0
        virtual_macs = features.virtualMACs ? 1 : 0
        no_accept = features.noAccept ? 1 : 0
        self.limited = limited ? 1 : 0
    }
}
