/// Reads keepalived.conf, in layers: files to lines, lines to tokens, tokens to statements, statements to the model.
package struct ConfigurationReader {
    /// Reads the file at `path` and what it includes.
    ///
    /// What keepalived survives is a warning, with the same effect. The configuration is nil only if there are errors:
    /// the file can't be read, a keyword lacks an argument, or a limit is exceeded. Diagnostics are in the order in
    /// which they are found, each once. `context` is what the configuration is told of the world; what only the machine
    /// that it is for knows is asked of `site`, if there is one.
    package static func read(
        path: String, from source: any ConfigurationSource, context: ReadingContext = ReadingContext(),
        site: (any ConfigurationSite)? = nil
    ) -> ConfigurationReading {
        let log = DiagnosticLog()
        guard let tokens = LineReader.tokens(of: path, from: source, context: context, log: log) else {
            return ConfigurationReading(configuration: nil, diagnostics: log.all)
        }
        let statements = BlockReader.statements(of: tokens, root: Configuration.block.shape, log: log)
        var configuration = Configuration()
        Configuration.block.read(statements, into: &configuration, log)
        ServerChecks.dropUndeclared(&configuration, log)
        configuration.checkBFDInstances(log)
        VRRPChecks.check(&configuration, log, site: site)
        configuration.virtualServices = ServiceAssembler.services(of: configuration, log: log)
        TrackedServiceChecks.check(&configuration, log)
        ServerChecks.check(configuration, log)
        return ConfigurationReading(configuration: log.hasErrors ? nil : configuration, diagnostics: log.all)
    }
}

/// What came of reading a configuration.
package struct ConfigurationReading: Sendable {
    /// nil if it is refused.
    package var configuration: Configuration?
    /// What there is to say about it, in the order in which it was found.
    package var diagnostics: [Diagnostic]

    /// Whether anything runs other than it is written.
    package var hasWarnings: Bool { diagnostics.contains { $0.severity == .warning } }

    /// What `keepalived -t` would end with: 0 clean; 5 something is wrong but it runs; 6 scripts run as root without
    /// script security; 2 refused. What only Sluice remarks on does not count.
    package var keepalivedStatus: Int32 {
        if configuration == nil { return 2 }
        let faults = diagnostics.filter { $0.severity == .warning && $0.source != .sluice }
        if faults.contains(where: { $0.source == .scriptSecurity }) { return 6 }
        return faults.isEmpty ? 0 : 5
    }
}
