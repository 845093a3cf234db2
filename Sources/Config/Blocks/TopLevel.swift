extension Configuration {
    /// The top level of a file.
    static let block = Block<Configuration>(
        "the top level",
        [
            .block("global_defs", \.global, GlobalSettings.block),
            .tls("SSL", \.tls),
            .group("virtual_server_group", \.virtualServerGroups),
            .blocks("virtual_server", \.virtualServers, VirtualServerBlock.block, head: VirtualServerBlock.head),
        ])
}
