/// What HTTP_GET and SSL_GET ask for: one URL after the other, all of which must pass.
package struct HTTPCheck: Equatable, Sendable {
    /// In the order of the file; at least one.
    package var urls: [URLCheck] = []
    /// `virtualhost`: the Host header where a URL has none; nil: the real server's, the virtual server's, else the
    /// address.
    @Setting package var virtualHost: String? = nil
    /// `http_protocol 1.0|1.0C|1.1`.
    @Setting package var version = HTTPVersion.http10
    /// `enable_sni`: SSL_GET names the virtual host in the handshake.
    @Setting package var sendsServerName = false
    /// `sni_name`: the name to send instead of the virtual host's.
    @Setting package var serverName: String? = nil
    /// `fast_recovery`: no delay between the URLs while the server recovers.
    @Setting package var recoversFast = false
    /// `tls_compliant`: the server must close TLS as the RFC demands.
    @Setting package var needsCloseNotify = false

    init() {}
}

/// What `http_protocol` takes.
package enum HTTPVersion: String, Sendable, CaseIterable {
    case http10 = "1.0"
    /// HTTP 1.0 with `Connection: close`.
    case http10Close = "1.0C"
    case http11 = "1.1"
}

/// A `url` block: what is asked for and what must come.
package struct URLCheck: Equatable, Sendable {
    /// `path`; a URL without one is dropped.
    @Setting package var path: String? = nil
    /// `status_code`: each a range within 100 to 599; none: see `effectiveStatusCodes`.
    @Setting package var statusCodes: [ClosedRange<Int>] = []
    /// `digest`: the body's MD5, 16 bytes.
    @Setting package var digest: [UInt8]? = nil
    /// `virtualhost`: the Host header.
    @Setting package var virtualHost: String? = nil
    /// `regex`: a PCRE pattern that the body must match.
    @Setting package var regex: String? = nil
    /// `regex_options`.
    @Setting package var regexOptions: [RegexOption] = []
    /// `regex_no_match`: the body must not match.
    @Setting package var regexMustFail = false
    /// `regex_min_offset`: where in the body a match may begin, in bytes.
    @Setting package var regexMinimumOffset: Int? = nil
    /// `regex_max_offset`: where in the body a match may begin at the latest, in bytes.
    @Setting package var regexMaximumOffset: Int? = nil
    /// `tls_compliant`: as in the checker, for this URL alone.
    @Setting package var needsCloseNotify: Bool? = nil

    init() {}

    /// What passes: `statusCodes`, or 200 to 299.
    package var effectiveStatusCodes: [ClosedRange<Int>] { statusCodes.isEmpty ? [200...299] : statusCodes }
}

/// What `regex_options` takes: the options of PCRE2, in small letters.
package enum RegexOption: String, Sendable, CaseIterable {
    case allowEmptyClass = "allow_empty_class"
    case altBsux = "alt_bsux"
    case autoCallout = "auto_callout"
    case caseless
    case dollarEndonly = "dollar_endonly"
    case dotall, dupnames, extended, firstline
    case matchUnsetBackref = "match_unset_backref"
    case multiline
    case neverUCP = "never_ucp"
    case neverUTF = "never_utf"
    case noAutoCapture = "no_auto_capture"
    case noAutoPossess = "no_auto_possess"
    case noDotstarAnchor = "no_dotstar_anchor"
    case noStartOptimize = "no_start_optimize"
    case ucp, ungreedy, utf
    case neverBackslashC = "never_backslash_c"
    case altCircumflex = "alt_circumflex"
    case altVerbnames = "alt_verbnames"
    case useOffsetLimit = "use_offset_limit"
}
