import Wire

/// One thing that differs between two configurations, in the words of the language.
package struct ConfigurationChange: Equatable, Sendable {
    /// What happened to it.
    package enum Action: String, Sendable {
        case added, removed, changed
    }

    /// What happened to it.
    package var action: Action
    /// What it is: the heads of the blocks around it, the outermost first, then its own head or keyword:
    /// `["virtual_server 192.0.2.10 80", "real_server 192.0.2.11 80", "weight"]`.
    package var path: [String]
    /// The value before; nil if it was not there, or is a block.
    package var old: String?
    /// The value now; nil if it is not there, or is a block.
    package var new: String?
    /// What set it, or had set it; nil for a default.
    package var origin: SourceLocation?

    /// `old` and `new` are nil for blocks.
    package init(
        action: Action, path: [String], old: String? = nil, new: String? = nil, origin: SourceLocation? = nil
    ) {
        self.action = action
        self.path = path
        self.old = old
        self.new = new
        self.origin = origin
    }

    /// What differs between two configurations; blocks are the same if their heads are, wherever they stand.
    package static func changes(from old: Configuration, to new: Configuration) -> [ConfigurationChange] {
        var comparison = Comparison()
        comparison.compare(old.settings, new.settings, in: [])
        return comparison.changes
    }
}

/// Compares trees of settings.
private struct Comparison {
    var changes: [ConfigurationChange] = []

    mutating func compare(_ old: [SettingReport], _ new: [SettingReport], in path: [String]) {
        let (before, after) = (Self.byKey(old), Self.byKey(new))
        for (key, setting) in before.order where after.settings[key] == nil { note(.removed, setting, in: path) }
        for (key, setting) in after.order {
            guard let former = before.settings[key] else {
                note(.added, setting, in: path)
                continue
            }
            if let children = setting.children {
                compare(former.children ?? [], children, in: path + [setting.head])
            } else if former.value != setting.value {
                changes.append(
                    ConfigurationChange(
                        action: .changed, path: path + [setting.keyword], old: Self.text(former),
                        new: Self.text(setting), origin: setting.origin ?? former.origin))
            }
        }
    }

    /// A block that is listed although nothing is in it is no addition.
    private mutating func note(_ action: ConfigurationChange.Action, _ setting: SettingReport, in path: [String]) {
        guard setting.isSet else { return }
        let isValue = setting.children == nil && !setting.keyword.isEmpty
        let text = isValue ? Self.text(setting) : nil
        changes.append(
            ConfigurationChange(
                action: action, path: path + [isValue ? setting.keyword : setting.head],
                old: action == .removed ? text : nil, new: action == .added ? text : nil, origin: setting.origin))
    }

    private static func text(_ setting: SettingReport) -> String? {
        setting.isSet ? setting.words.joined(separator: " ") : nil
    }

    /// What makes a setting the same one: of a block and of a line of values all of its head, else its keyword; and
    /// which of several alike it is.
    private struct Key: Hashable {
        let text: String
        let number: Int
    }

    private struct Table {
        var order: [(Key, SettingReport)] = []
        var settings: [Key: SettingReport] = [:]
    }

    private static func byKey(_ settings: [SettingReport]) -> Table {
        var table = Table()
        var counts: [String: Int] = [:]
        for setting in settings {
            let text = setting.children != nil || setting.keyword.isEmpty ? setting.head : setting.keyword
            let number = counts[text, default: 0]
            counts[text] = number + 1
            let key = Key(text: text, number: number)
            table.order.append((key, setting))
            table.settings[key] = setting
        }
        return table
    }
}

extension ConfigurationChange {
    /// `weight 1 -> 3 (t.conf:12)`, without what it is in.
    private var text: String {
        let name = path.last ?? ""
        let place = origin.map { " (\($0))" } ?? ""
        switch action {
        case .added: return "\(name)\(new.map { " \($0)" } ?? ""): added\(place)"
        case .removed: return "\(name)\(old.map { " \($0)" } ?? ""): removed\(place)"
        case .changed: return "\(name): \(old ?? "none") -> \(new ?? "none")\(place)"
        }
    }

    /// What changes, in words, in its blocks; then what happens to established flows.
    package static func lines(_ changes: [ConfigurationChange], _ effects: [FlowEffect]) -> [String] {
        if changes.isEmpty, effects.isEmpty { return ["nothing differs"] }
        var lines: [String] = []
        var open: [String] = []
        for change in changes {
            let blocks = Array(change.path.dropLast())
            let shared = zip(open, blocks).prefix { $0 == $1 }.count
            for depth in shared..<max(shared, blocks.count) {
                lines.append(String(repeating: " ", count: depth * 4) + blocks[depth])
            }
            open = blocks
            lines.append(String(repeating: " ", count: blocks.count * 4) + change.text)
        }
        if effects.isEmpty { return lines + ["established flows: none is touched"] }
        return lines + ["established flows:"] + effects.map { "    \($0)" }
    }

    /// `action`, `path`, and where there are any `old`, `new` and `at`.
    package var json: JSON {
        var members: [(String, JSON)] = [
            ("action", .string(action.rawValue)), ("path", .array(path.map { .string($0) })),
        ]
        if let old { members.append(("old", .string(old))) }
        if let new { members.append(("new", .string(new))) }
        if let origin { members.append(("at", .string("\(origin)"))) }
        return .object(members)
    }
}

extension FlowEffect {
    /// `service`, `real_server` (absent: all) and `fate`.
    package var json: JSON {
        var members = [("service", JSON.string(service))]
        if let realServer { members.append(("real_server", .string(realServer))) }
        return .object(members + [("fate", .string(fate.rawValue))])
    }
}
