extension Configuration {
    /// Counts what the last virtual server's checkers may name.
    private mutating func countNames() {
        guard let last = virtualServers.indices.last, !virtualServers[last].namesBefore.isSet else { return }
        virtualServers[last].namesBefore = NamesBefore(
            isSet: true, files: trackFiles.count, sessions: bfdInstances.count)
    }

    /// The top level of a file.
    static let block = Block<Configuration>(
        "the top level",
        [
            .block("global_defs", \.global, GlobalSettings.block),
            .once("net_namespace", \.$netNamespace, .word("a name").tolerant),
            .unused("net_namespace_ipvs", .words("[NAME]", upTo: 1), .ipvs),
            .once("instance", \.$instance, .word("a name").tolerant),
            .value("child_wait_time", \.$childWaitTime, .unsigned("seconds")),
            .unused("use_pid_dir", .nothing, .process),
            .unused("namespace_with_ipsets", .nothing, .ipsets),
            .unused("linkbeat_use_polling", .nothing, .linkbeat),
            .unusedValues("linkbeat_interfaces", .linkbeatInterface, .linkbeat),
            .values("interface_up_down_delays", \.interfaceUpDownDelays, .interfaceDelays),
            .values("static_routes", \.staticRoutes, .staticRoute),
            .values("static_rules", \.staticRules, .staticRule),
            .blocks("bfd_instance", \.bfdInstances, BFDInstance.block, head: BFDInstance.head),
            .tls("SSL", \.tls),
            .group("virtual_server_group", \.virtualServerGroups),
            .blocks("virtual_server", \.virtualServers, VirtualServerBlock.block, head: VirtualServerBlock.head)
                .then { _, model, _ in model.countNames() },
        ] + vrrpFields)
}
