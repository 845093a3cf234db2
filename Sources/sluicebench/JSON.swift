/// A JSON value, enough to write a report.
indirect enum JSON {
    case string(String)
    case integer(Int)
    /// Written with at most `digits` digits after the point.
    case number(Double, digits: Int)
    case array([JSON])
    case object([(String, JSON)])
    case null

    /// The text, RFC 8259; an array's elements stand on lines of their own.
    var text: String {
        switch self {
        case .string(let value): Self.quoted(value)
        case .integer(let value): "\(value)"
        case .number(let value, let digits): fixed(value, digits)
        case .array(let values): "[\n" + values.map { "  " + $0.text }.joined(separator: ",\n") + "\n]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0)): \($1.text)" }.joined(separator: ", ") + "}"
        case .null: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// A number with `digits` digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { result, _ in result * 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let whole = scaled / Int(scale)
    let sign = value < 0 && scaled != 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let fraction = "\(scaled % Int(scale))"
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
}
