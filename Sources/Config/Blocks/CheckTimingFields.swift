extension CheckTiming {
    /// The keywords of a virtual server's or real server's block.
    static func inherited(alpha: Form<Bool>) -> [Field<CheckTiming>] { fields(retries: 1...0xffff_ffff, alpha: alpha) }

    /// The keywords of a checker.
    static var ofChecker: [Field<CheckTiming>] { fields(retries: 0...0xffff_ffff, alpha: .flag) }

    /// The keywords of a checker that connects to nothing.
    static var ofScript: [Field<CheckTiming>] { ofChecker.filter { $0.name != "connect_timeout" } }

    private static func fields(retries: ClosedRange<Int>, alpha: Form<Bool>) -> [Field<CheckTiming>] {
        [
            .value("delay_loop", \.$delayLoopSeconds, .interval),
            .value("connect_timeout", \.$connectTimeoutSeconds, .connectTimeout),
            .value("retry", \.$retries, .integer(retries)),
            .value("delay_before_retry", \.$delayBeforeRetrySeconds, .delay),
            .value("warmup", \.$warmupSeconds, .delay),
            .value("alpha", \.$startsDown, alpha),
        ]
    }
}

extension ConnectionOptions {
    static let fields: [Field<ConnectionOptions>] = [
        .value("connect_ip", \.$address, .address),
        .value("connect_port", \.$port, .port),
        .value("bindto", \.$sourceAddress, .address),
        .value("bind_port", \.$sourcePort, .port),
        .value("bind_if", \.$interface, .interfaceName),
        .value("fwmark", \.$mark, .mark),
    ]
}
