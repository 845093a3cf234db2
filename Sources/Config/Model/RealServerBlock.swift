import Wire

/// A `real_server` block as it is written.
package struct RealServerBlock: Equatable, Sendable, Located {
    /// Where it is, and where the block begins; no port means the service's.
    @Setting package var place: Place
    /// `weight`, 0...2,147,483,647; nil: the service's.
    @Setting package var weight: UInt32? = nil
    /// `lvs_method`; nil: the service's.
    @Setting package var forwarding: WrittenForwarding? = nil
    /// `inhibit_on_failure`; nil: the service's.
    @Setting package var inhibitsOnFailure: Bool? = nil
    /// `uthreshold`: with so many connections it gets no new ones; 0: no limit.
    @Setting package var upperThreshold: UInt32 = 0
    /// `lthreshold`: with fewer connections it gets new ones again; 0: three quarters of the upper one.
    @Setting package var lowerThreshold: UInt32 = 0
    /// `delay_loop` and the like, for all its checkers; what it leaves out is the service's.
    package var timing = CheckTiming()
    /// `virtualhost`: the Host header of its HTTP checks; nil: the service's.
    @Setting package var virtualHost: String? = nil
    /// `smtp_alert`; nil: what `global_defs` says, else yes.
    @Setting package var mailsAlerts: Bool? = nil
    /// `notify_up`.
    @Setting package var notifyUp: Script? = nil
    /// `notify_down`.
    @Setting package var notifyDown: Script? = nil
    /// In the order of the file; it is up while all of them are.
    package var checkers: [Checker] = []

    /// An address, and a port in host byte order; nil: the service's own.
    package struct Place: Hashable, Sendable {
        /// Of either family.
        package var address: IPAddress
        /// 1 to 65535, host byte order; nil: the service's own.
        package var port: UInt16?
    }

    init(_ place: Place, at location: SourceLocation) { _place = Setting(place, from: location) }

    /// The `real_server` line.
    package var location: SourceLocation { $place.place }
}
