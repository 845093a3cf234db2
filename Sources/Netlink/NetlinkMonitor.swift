import CLibNL
import CShim
import Dispatch
import Glibc
import Wire

/// What changed in the kernel's tables.
package enum NetlinkEvent: Hashable, Sendable {
    /// An interface appeared or changed.
    case link(Link)
    /// An interface is gone; as it last was.
    case linkRemoved(Link)
    /// An address appeared or changed.
    case address(InterfaceAddress)
    /// An address is gone; as it last was.
    case addressRemoved(InterfaceAddress)
    /// Some route of this family changed: look up again what matters. At most one for each family in one `drain`.
    case routes(IPAddress.Family)
    /// A route of this family and maker (RTPROT_*) was removed; 0: one was put in the place of another. At most one of a
    /// kind in one `drain`.
    case routeLost(IPAddress.Family, routeProtocol: UInt8)
    /// Some rule of this family was removed. At most one for each family in one `drain`.
    case ruleLost(IPAddress.Family)
    /// A neighbour entry appeared or changed.
    case neighbour(Neighbour)
    /// A neighbour entry is gone; as it last was.
    case neighbourRemoved(Neighbour)
    /// Events were lost: read everything again.
    case overrun
}

/// A socket that hears of changes of links, addresses, routes and neighbours, in the network namespace of the thread
/// that made it.
///
/// Make the monitor first, then read the tables: then nothing is missed between the two. Either watch `descriptor` for
/// reading and call `drain`, or take `stream`.
package struct NetlinkMonitor: ~Copyable, @unchecked Sendable {
    private let socket: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer

    /// Larger than any event (the kernel's are at most 32 KiB).
    private static let bufferSize = 64 << 10
    /// How many messages one `drain` takes at most.
    private static let datagramLimit = 4_096
    /// Bytes of events that the kernel keeps for us: some thousands of them.
    private static let receiveBufferSize: Int32 = 2 << 20

    /// What a monitor hears of.
    package enum Interest: Sendable {
        /// All of `NetlinkEvent` but rules.
        case everything
        /// Links, addresses, routes and rules.
        case configuration
        /// Links and addresses only.
        case linksAndAddresses
    }

    /// Subscribes to the events. Needs no privilege; with CAP_NET_ADMIN more events fit before there is an overrun.
    package init(_ interest: Interest = .everything) throws(NetlinkError) {
        guard let socket = nl_socket_alloc() else { preconditionFailure("out of memory for a netlink socket") }
        var status = nl_connect(socket, NETLINK_ROUTE)
        for group in interest.groups where status >= 0 {
            status = nl_socket_add_membership(socket, Int32(group.rawValue))
        }
        if status >= 0 { status = nl_socket_set_nonblocking(socket) }
        guard status >= 0 else {
            nl_socket_free(socket)
            throw .failed(operation: "subscribing to netlink events", errno: errno, reason: libraryText(status))
        }
        var size = Self.receiveBufferSize
        let length = socklen_t(MemoryLayout.size(ofValue: size))
        if setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &size, length) != 0 {
            setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUF, &size, length)
        }
        self.socket = socket
        buffer = .allocate(byteCount: Self.bufferSize, alignment: 8)
    }

    deinit {
        buffer.deallocate()
        nl_socket_free(socket)
    }

    /// Readable when there are events. Owned by the monitor: watch it, but neither read nor close it.
    package var descriptor: Int32 { nl_socket_get_fd(socket) }

    /// Takes the events that have come, in order, without waiting; empty if there are none. Where they come faster than
    /// they are read, some are left for the next time.
    package mutating func drain() -> [NetlinkEvent] {
        var events = EventList()
        var datagrams = 0
        while datagrams < Self.datagramLimit, receive(into: &events) { datagrams += 1 }
        return events.events
    }

    /// Reads once. False when there is no more.
    private mutating func receive(into events: inout EventList) -> Bool {
        var sender = sockaddr_nl()
        var size = socklen_t(MemoryLayout<sockaddr_nl>.size)
        let fd = descriptor
        let count = withUnsafeMutablePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(fd, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC), $0, &size)
            }
        }
        let failure = errno
        if count < 0 {
            switch failure {
            case EINTR: return true
            case EAGAIN: return false
            default:
                events.append(.overrun)
                return failure == ENOBUFS
            }
        }
        guard sender.nl_pid == 0 else { return true }
        guard count <= buffer.count else {
            events.append(.overrun)
            return true
        }
        events.append(messages: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return true
    }
}

extension NetlinkMonitor {
    /// The events as they come, for one consumer, until it stops listening. One that falls far behind finds `.overrun`
    /// as its newest event and the oldest missing.
    package consuming func stream() -> AsyncStream<[NetlinkEvent]> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: [NetlinkEvent].self, bufferingPolicy: .bufferingNewest(256))
        let box = MonitorBox(self)
        let queue = DispatchQueue(label: "sluice.netlink")
        let source = DispatchSource.makeReadSource(fileDescriptor: box.monitor.descriptor, queue: queue)
        source.setEventHandler { @Sendable in
            let events = box.monitor.drain()
            guard !events.isEmpty else { return }
            if case .dropped = continuation.yield(events) { continuation.yield([.overrun]) }
        }
        // The handlers keep the monitor, and so its descriptor, until the source is done with it.
        source.setCancelHandler { @Sendable in withExtendedLifetime(box) {} }
        let handle = SourceHandle(source)
        continuation.onTermination = { @Sendable _ in handle.source.cancel() }
        source.activate()
        return stream
    }
}

/// Keeps the monitor for handlers that all run on one serial queue, which is what makes it safe to send.
private final class MonitorBox: @unchecked Sendable {
    var monitor: NetlinkMonitor

    init(_ monitor: consuming NetlinkMonitor) { self.monitor = monitor }
}

/// Cancelling a dispatch source is safe from any thread; nothing else is done through this.
private final class SourceHandle: @unchecked Sendable {
    let source: any DispatchSourceRead

    init(_ source: any DispatchSourceRead) { self.source = source }
}

extension NetlinkMonitor.Interest {
    fileprivate var groups: [rtnetlink_groups] {
        let some = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR]
        switch self {
        case .linksAndAddresses: return some
        case .everything: return some + [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEIGH]
        case .configuration:
            return some + [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE]
        }
    }
}

/// Events in order, with repeated news that says nothing more left out.
private struct EventList {
    private(set) var events: [NetlinkEvent] = []
    private var said: Set<NetlinkEvent> = []

    mutating func append(_ event: NetlinkEvent) {
        switch event {
        case .routes, .routeLost, .ruleLost, .overrun:
            if said.insert(event).inserted { events.append(event) }
        case .link, .linkRemoved, .address, .addressRemoved, .neighbour, .neighbourRemoved:
            events.append(event)
        }
    }

    /// Decodes the messages of one datagram.
    mutating func append(messages: UnsafeRawBufferPointer) {
        guard let base = messages.baseAddress else { return }
        var header = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: nlmsghdr.self)
        var remaining = Int32(messages.count)
        while nlmsg_ok(header, remaining) != 0 {
            append(message: header)
            header = nlmsg_next(header, &remaining)
        }
    }

    private mutating func append(message header: UnsafeMutablePointer<nlmsghdr>) {
        let type = Int(header.pointee.nlmsg_type)
        if type == RTM_NEWROUTE || type == RTM_DELROUTE {
            let route = nlmsg_data(header).assumingMemoryBound(to: rtmsg.self).pointee
            guard let family = IPAddress.Family(number: Int32(route.rtm_family)) else { return }
            append(.routes(family))
            if type == RTM_DELROUTE { append(.routeLost(family, routeProtocol: route.rtm_protocol)) }
            let isReplacement = Int32(header.pointee.nlmsg_flags) & NLM_F_REPLACE != 0
            if type == RTM_NEWROUTE, isReplacement { append(.routeLost(family, routeProtocol: 0)) }
            return
        }
        if type == RTM_NEWRULE || type == RTM_DELRULE {
            let family = nlmsg_data(header).load(as: UInt8.self)
            if type == RTM_DELRULE, let family = IPAddress.Family(number: Int32(family)) { append(.ruleLost(family)) }
            return
        }
        guard let message = nlmsg_convert(header) else { preconditionFailure("out of memory") }
        defer { nlmsg_free(message) }
        nlmsg_set_proto(message, NETLINK_ROUTE)
        var event: NetlinkEvent?
        withObject(of: message) { event = NetlinkEvent(type, $0) }
        if let event { append(event) }
    }
}

extension NetlinkEvent {
    /// From a message's type and libnl's object; nil if it says nothing of interest.
    fileprivate init?(_ type: Int, _ object: OpaquePointer) {
        let event: NetlinkEvent? =
            switch type {
            case RTM_NEWLINK: .link(Link(object))
            case RTM_DELLINK: .linkRemoved(Link(object))
            case RTM_NEWADDR: InterfaceAddress(object).map { .address($0) }
            case RTM_DELADDR: InterfaceAddress(object).map { .addressRemoved($0) }
            case RTM_NEWNEIGH: Neighbour(object).map { .neighbour($0) }
            case RTM_DELNEIGH: Neighbour(object).map { .neighbourRemoved($0) }
            default: nil
            }
        guard let event else { return nil }
        self = event
    }
}
