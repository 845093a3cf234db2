/// `SSL`: what all SSL_GET checkers use.
package struct TLSSettings: Equatable, Sendable {
    /// `password` of the key.
    @Setting package var password: String? = nil
    /// `ca`: the file of the certificates that servers are verified against; nil: they are not verified.
    @Setting package var authorities: String? = nil
    /// `certificate`: the file of the checker's own.
    @Setting package var certificate: String? = nil
    /// `key`: the file of its key.
    @Setting package var key: String? = nil

    init() {}
}
