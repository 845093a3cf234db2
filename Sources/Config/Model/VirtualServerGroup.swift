import Wire

/// A `virtual_server_group` block.
package struct VirtualServerGroup: Equatable, Sendable {
    /// Its name, and where the block begins.
    @Setting package var name: String
    /// In the order of the file.
    package var members: [Setting<Member>] = []

    /// One line of it.
    package enum Member: Hashable, Sendable {
        /// Addresses, and a port in host byte order; 0 is any port.
        case addresses(AddressRange, port: UInt16)
        case firewallMark(UInt32)
    }

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `virtual_server_group` line.
    package var location: SourceLocation { $name.place }
}
