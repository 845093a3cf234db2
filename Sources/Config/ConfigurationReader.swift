/// Reads keepalived.conf, in layers: files to lines, lines to tokens, tokens to statements, statements to the model.
package struct ConfigurationReader {
    /// Reads the file at `path` and what it includes.
    ///
    /// What keepalived survives is a warning, with the same effect. The configuration is nil only if there are errors:
    /// the file can't be read, a keyword lacks an argument, or a limit is exceeded. Diagnostics are in the order in
    /// which they are found, each once. `context` is what the configuration is told of the world; what only the machine
    /// knows is asked of `site`, if there is one.
    package static func read(
        path: String, from source: any ConfigurationSource, context: ReadingContext = ReadingContext(),
        site: (any ConfigurationSite)? = nil
    ) -> (configuration: Configuration?, diagnostics: [Diagnostic]) {
        let log = DiagnosticLog()
        guard let tokens = LineReader.tokens(of: path, from: source, context: context, log: log) else {
            return (nil, log.all)
        }
        let statements = BlockReader.statements(of: tokens, root: Configuration.block.shape, log: log)
        var configuration = Configuration()
        Configuration.block.read(statements, into: &configuration, log)
        configuration.checkBFDInstances(log)
        VRRPChecks.check(&configuration, log, site: site)
        var assembler = ServiceAssembler(groups: configuration.virtualServerGroups, log: log)
        for server in configuration.virtualServers { assembler.add(server) }
        configuration.virtualServices = assembler.services
        return (log.hasErrors ? nil : configuration, log.all)
    }
}
