import Wire

/// What HTTP_GET and SSL_GET send for one URL, byte for byte what keepalived sends: servers' configurations know it.
package struct HTTPRequest: Hashable, Sendable {
    /// `http_protocol`.
    package enum Version: Hashable, Sendable, CaseIterable {
        /// `1.0`.
        case http10
        /// `1.0C`: HTTP 1.0 with `Connection: close`.
        case http10Close
        /// `1.1`, with `Connection: close`.
        case http11
    }

    /// `path`, with its query.
    package var path: String
    /// `http_protocol`.
    package var version: Version
    /// `virtualhost` of the URL, the checker, the real server or the service; nil: the address and port.
    package var virtualHost: String?
    /// What is connected to: the Host header where there is no virtual host.
    package var destination: ServerPlace

    /// From its parts.
    package init(path: String, version: Version = .http10, virtualHost: String? = nil, destination: ServerPlace) {
        self.path = path
        self.version = version
        self.virtualHost = virtualHost
        self.destination = destination
    }

    /// The request. Line ends in path and host, which would add headers, are left out.
    package var bytes: [UInt8] {
        let minor = version == .http11 ? "1" : "0"
        let close = version == .http10 ? "" : "Connection: close\r\n"
        return Array(
            ("GET \(path.onOneLine) HTTP/1.\(minor)\r\nUser-Agent: KeepAliveClient\r\n\(close)"
                + "Host: \(host.onOneLine)\r\n\r\n").utf8)
    }

    /// The Host header's value; an IPv6 address is in brackets.
    private var host: String {
        if let virtualHost { return virtualHost }
        switch destination.address {
        case .v4(let address): return "\(address):\(destination.port)"
        case .v6(let address): return "[\(address)]:\(destination.port)"
        }
    }
}

extension String {
    fileprivate var onOneLine: String { String(String.UnicodeScalarView(unicodeScalars.filter { $0.value >= 0x20 })) }
}
