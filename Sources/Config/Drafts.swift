import Wire

/// A `virtual_server` block as it is written: defaults, groups and the rules between its parts come later.
struct ServiceDraft {
    /// What the block stands for.
    enum Target {
        case address(IPAddress, port: UInt16)
        case group(String)
    }

    /// What `protocol` says.
    enum Transport {
        case known(TransportProtocol)
        case sctp
    }

    var target: Target
    var location: SourceLocation
    var transport: Transport?
    var scheduler: Scheduler?
    var forwarding: Forwarding?
    var hashesPort = false
    var fallback = false
    var weight: UInt32 = 1
    var isPersistent = false
    var stateless: Setting<Bool>?
    var removedServer = RemovedServerPolicy.drop
    var midstream: Setting<MidstreamPolicy>?
    var servers: [ServerDraft] = []

    /// As in the file, for messages.
    var name: String {
        switch target {
        case .address(let address, let port): "virtual_server \(address) \(port)"
        case .group(let name): "virtual_server group \(name)"
        }
    }

    var groupName: String? {
        switch target {
        case .address: nil
        case .group(let name): name
        }
    }
}

/// An address and a port: what a service listens on, or where a real server is.
struct Place: Hashable {
    var address: IPAddress
    var port: UInt16
}

/// A value and the line that set it, for warnings about both.
struct Setting<Value> {
    var value: Value
    var location: SourceLocation
}

/// What `sluice_midstream` takes.
enum MidstreamPolicy: String, CaseIterable {
    case pickUp = "pick_up"
    case drop
}

/// What `lb_kind` and `lvs_method` say.
enum Forwarding: Equatable {
    case mode(ForwardingMode)
    /// Known to keepalived, with no counterpart here: the tunnel's type.
    case tunnel(String)
}

/// A `real_server` block as it is written.
struct ServerDraft {
    var address: IPAddress
    /// nil: the service's.
    var port: UInt16?
    /// nil: the service's.
    var weight: UInt32?
    /// nil: the service's.
    var forwarding: Forwarding?
    var location: SourceLocation
}

/// A `virtual_server_group` block.
struct GroupDraft {
    /// One line of it.
    struct Member {
        var range: AddressRange
        var port: UInt16
        var location: SourceLocation
    }

    var name: String
    var members: [Member] = []
    var location: SourceLocation
}
