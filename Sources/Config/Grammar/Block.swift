/// A block of the language: the table of its keywords, which reads it, lists it and says what may stand in it.
struct Block<Model: Sendable>: Sendable {
    /// As operators call it: "vrrp_instance".
    let name: String
    let fields: [Field<Model>]
    let shape: BlockShape
    private let indices: [String: Int]

    /// A name that comes twice is a mistake in the table; the first one counts, and a test fails.
    init(_ name: String, _ fields: [Field<Model>]) {
        self.name = name
        self.fields = fields
        indices = Dictionary(fields.enumerated().map { ($1.name, $0) }) { first, _ in first }
        shape = BlockShape(name: name, keywords: Dictionary(fields.map { ($0.name, $0.shape) }) { first, _ in first })
    }

    /// Reads the statements of a block into the model, and notes at each keyword that nothing acts on that it is so.
    func read(_ statements: [Statement], into model: inout Model, _ log: DiagnosticLog) {
        for statement in statements {
            guard let index = indices[statement.keyword] else { continue }
            let field = fields[index]
            if let reason = field.reason {
                log.noteUnused(statement.keyword, in: name, statement.location, reason.text)
            } else if Unacted.contains(statement.keyword, in: name) {
                log.noteUnused(statement.keyword, in: name, statement.location, "nothing acts on it yet")
            }
            field.read(statement, &model, log)
        }
    }

    /// Every setting in force, in the order of the table.
    func show(_ model: Model) -> [SettingReport] { fields.flatMap { $0.show(model) } }
}
