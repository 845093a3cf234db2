internal import Config
import Glibc
internal import Linux

/// What this machine's files call the numbers of routing: tables, makers, scopes, realms, groups of interfaces.
struct RoutingNames {
    /// By the file that has the names.
    enum Kind: String, CaseIterable {
        case table = "rt_tables"
        case maker = "rt_protos"
        case scope = "rt_scopes"
        case realm = "rt_realms"
        case typeOfService = "rt_dsfield"
        case group
        /// Of /etc/protocols.
        case ipProtocol = "protocols"

        /// In words.
        var name: String {
            switch self {
            case .table: "routing table"
            case .maker: "maker of routes"
            case .scope: "scope"
            case .realm: "realm"
            case .typeOfService: "TOS"
            case .group: "group of interfaces"
            case .ipProtocol: "protocol above IP"
            }
        }
    }

    /// In the order in which they are asked; what an earlier one has counts.
    private let folders: [String]
    /// What was read.
    private var read: [Kind: [String: UInt32]] = [:]

    /// - Parameters:
    ///   - etc: `iproute_etc_dir`; nil: /etc/iproute2.
    ///   - usr: `iproute_usr_dir`; nil: /usr/share/iproute2.
    init(etc: String? = nil, usr: String? = nil) {
        folders = [etc ?? "/etc/iproute2", usr ?? "/usr/share/iproute2"]
    }

    /// - Throws: `Unknown`, for a name that no file has.
    mutating func number(_ name: RoutingName, _ kind: Kind) throws(Unknown) -> UInt32 {
        switch name {
        case .number(let number): return number
        case .name(let word):
            if read[kind] == nil { read[kind] = names(kind) }
            guard let number = read[kind]?[word] else { throw Unknown(name: word, kind: kind) }
            return number
        }
    }

    /// As `number`, where only a byte will do.
    mutating func byte(_ name: RoutingName, _ kind: Kind) throws(Unknown) -> UInt8 {
        guard let byte = UInt8(exactly: try number(name, kind)) else { throw Unknown(name: "\(name)", kind: kind) }
        return byte
    }

    /// No file has the name.
    struct Unknown: Error, CustomStringConvertible {
        var name: String
        var kind: Kind

        var description: String {
            let file = kind == .ipProtocol ? "/etc/protocols" : "/etc/iproute2/\(kind.rawValue)"
            return "there is no \(kind.name) \"\(name)\": write its number, or name it in \(file)"
        }
    }

    private func names(_ kind: Kind) -> [String: UInt32] {
        if kind == .ipProtocol { return Self.parse(text("/etc/protocols"), numberFirst: false) }
        var names: [String: UInt32] = [:]
        for folder in folders {
            let path = "\(folder)/\(kind.rawValue)"
            for file in [path] + Self.files(in: "\(path).d") {
                names.merge(Self.parse(text(file), numberFirst: true)) { first, _ in first }
            }
        }
        return names
    }

    private func text(_ path: String) -> String { (try? TextFile.read(path)) ?? "" }

    /// Those that end in .conf, in the order of their names.
    private static func files(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var files: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".conf"), !name.hasPrefix(".") { files.append("\(folder)/\(name)") }
        }
        return files.sorted()
    }

    /// Lines of a number and a name, or the other way round; # begins a comment.
    static func parse(_ text: String, numberFirst: Bool) -> [String: UInt32] {
        var names: [String: UInt32] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2 else { continue }
            let (number, name) = numberFirst ? (words[0], words[1]) : (words[1], words[0])
            let value = number.hasPrefix("0x") ? UInt32(number.dropFirst(2), radix: 16) : UInt32(number)
            if let value, names[String(name)] == nil { names[String(name)] = value }
        }
        return names
    }
}
