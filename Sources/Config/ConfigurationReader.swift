/// Reads keepalived.conf, in layers: files to lines, lines to tokens, tokens to statements, statements to the model.
package struct ConfigurationReader {
    /// Reads the file at `path` and what it includes.
    ///
    /// What keepalived survives is a warning, with the same effect. The configuration is nil only if there are errors:
    /// the file can't be read, a keyword lacks an argument, or a limit is exceeded. Diagnostics are in the order in
    /// which they are found, each once.
    package static func read(
        path: String, from source: any ConfigurationSource
    ) -> (configuration: Configuration?, diagnostics: [Diagnostic]) {
        let log = DiagnosticLog()
        guard let lines = LineReader.lines(of: path, from: source, log: log) else { return (nil, log.all) }
        let statements = BlockReader.statements(of: Lexer.tokens(of: lines), grammar: .keepalived, log: log)
        let configuration = configuration(of: statements, log: log)
        return (log.hasErrors ? nil : configuration, log.all)
    }

    private static func configuration(of statements: [Statement], log: DiagnosticLog) -> Configuration {
        var global = GlobalReader(log: log)
        var groups: [GroupDraft] = []
        var services: [ServiceDraft] = []
        for statement in statements {
            switch statement.keyword {
            case "global_defs": global.read(statement.block)
            case "virtual_server_group": groups.append(GroupReader(log: log).read(statement))
            case "virtual_server":
                if let service = ServiceReader.read(statement, log: log) { services.append(service) }
            default: break
            }
        }
        var assembler = ServiceAssembler(groups: groups, log: log)
        for service in services { assembler.add(service) }
        return Configuration(global: global.settings, virtualServices: assembler.services)
    }
}
