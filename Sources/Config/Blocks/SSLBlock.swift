import Wire

extension TLSSettings {
    /// `SSL`.
    static let block = Block<TLSSettings>(
        "SSL",
        [
            .value("password", \.$password, .optionalWord("the key's password")),
            .value("ca", \.$authorities, .optionalWord("a file's path")),
            .value("certificate", \.$certificate, .optionalWord("a file's path")),
            .value("key", \.$key, .optionalWord("a file's path")),
        ])
}

extension Field where Model == Configuration {
    /// `SSL { ... }`; a second block replaces the first.
    static func tls(
        _ name: String, _ path: any WritableKeyPath<Configuration, TLSSettings?> & Sendable
    ) -> Field {
        let block = TLSSettings.block
        return Field(
            name: name, syntax: "{ ... }", shape: KeywordShape(content: .keywords(block.shape)),
            read: { statement, model, log in
                if model[keyPath: path] != nil {
                    log.warn(statement.location, "a second '\(name)' block: it replaces the first")
                }
                var settings = TLSSettings()
                block.read(statement.block, into: &settings, log)
                model[keyPath: path] = settings
            },
            show: { model in
                model[keyPath: path].map {
                    [SettingReport(keyword: name, value: .null, children: block.show($0))]
                } ?? []
            })
    }
}
