/// A `vrrp_sync_group` block: instances that change state together.
package struct VRRPSyncGroup: Equatable, Sendable, Located {
    /// Its name, and where the block begins.
    @Setting package var name: String
    /// `group`: names of instances. All there are, and no instance is in two groups, once it is checked.
    package var members: [Setting<String>] = []
    /// `sync_group_tracking_weight`: weights count; without it they don't, for priorities would drift apart.
    @Setting package var usesWeights = false
    /// `track_*`: for all the members.
    package var tracking = Tracking()
    /// `notify*`, `smtp_alert`.
    package var notifications = Notifications()

    /// How many trackers the file had defined when the block began.
    var definedBefore = DefinedBefore()

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `vrrp_sync_group` line.
    package var location: SourceLocation { $name.place }
}

/// A `track_group` block: instances that track static addresses, routes and rules.
package struct TrackGroup: Equatable, Sendable, Located {
    /// Its name, and where the block begins.
    @Setting package var name: String
    /// `group`: names of instances.
    package var members: [Setting<String>] = []

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `track_group` line.
    package var location: SourceLocation { $name.place }
}

/// A `garp_group` block: how fast announcements follow each other on some interfaces.
package struct GARPGroup: Equatable, Sendable, Located {
    /// `garp_interval`, in seconds, between two gratuitous ARPs; nil: not limited.
    @Setting package var garpIntervalSeconds: Double? = nil
    /// `gna_interval`, in seconds, between two unsolicited neighbour advertisements; nil: not limited.
    @Setting package var gnaIntervalSeconds: Double? = nil
    /// `interface`, `interfaces`: no interface is in two groups, once it is checked.
    package var interfaces: [Setting<String>] = []
    /// Whether the interfaces share one limit, as those of `interfaces` do.
    package internal(set) var isShared = false

    /// Where the block begins.
    package internal(set) var location: SourceLocation
    init(at location: SourceLocation) { self.location = location }

    package static func == (left: Self, right: Self) -> Bool {
        left.garpIntervalSeconds == right.garpIntervalSeconds && left.gnaIntervalSeconds == right.gnaIntervalSeconds
            && left.interfaces == right.interfaces && left.isShared == right.isShared
    }
}
