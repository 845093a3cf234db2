/// Reads `virtual_server_group` blocks.
struct GroupReader {
    let log: DiagnosticLog

    /// A group with the members that are understood; the others are skipped with a warning.
    func read(_ statement: Statement) -> GroupDraft {
        var group = GroupDraft(name: statement.argument(0) ?? "", location: statement.location)
        group.members = statement.block.compactMap { member($0, of: group.name) }
        if statement.block.isEmpty {
            log.warn(statement.location, "virtual_server_group '\(group.name)' is empty: skipped")
        }
        return group
    }

    private func member(_ line: Statement, of group: String) -> GroupDraft.Member? {
        if line.words[0] == "fwmark" {
            log.warn(
                line.location, "fwmark members are not forwarded yet: skipped",
                hint: "list the addresses and ports that the mark stands for")
            return nil
        }
        guard let range = AddressRange(line.words[0]) else {
            log.warn(
                line.location, "'\(line.words[0])' in virtual_server_group '\(group)' is no address or range: skipped",
                hint: "ADDRESS [PORT], A.B.C.D-E [PORT], ADDRESS-ADDRESS [PORT] or ADDRESS/LENGTH [PORT]")
            return nil
        }
        guard let word = line.argument(0) else {
            return GroupDraft.Member(range: range, port: 0, location: line.location)
        }
        guard let port = Value.port(word) else {
            log.warn(line.location, "'\(word)' is no port: skipped", hint: "0 to 65535, 0 for any")
            return nil
        }
        return GroupDraft.Member(range: range, port: port, location: line.location)
    }
}
