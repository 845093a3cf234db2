// Forms that make a value of what is not valid, as keepalived does.

extension Form {
    /// The same, with a value for what is not valid. What is missing altogether stays missing.
    func otherwise(_ fallback: Value, as text: String) -> Form {
        var form = self
        let parse = parse
        form.parse = { (arguments) throws(Misfit) in
            var trial = arguments
            do throws(Misfit) {
                let value = try parse(&trial)
                arguments = trial
                return value
            } catch {
                let keyword = arguments.statement.keyword
                guard let word = arguments.take() else { throw error }
                arguments.warn("'\(word)' is not valid for '\(keyword)': \(text) is used", hint: error.expected)
                return fallback
            }
        }
        return form
    }
}

extension Form where Value == Int {
    /// A whole number in a range that may be written as 0 and is then 1, for old files.
    static func oneOrMore(_ range: ClosedRange<Int>, _ unit: String? = nil) -> Form {
        var form = integer(0...range.upperBound, unit)
        let parse = form.parse
        form.parse = { (arguments) throws(Misfit) in
            let value = try parse(&arguments)
            if value < range.lowerBound {
                arguments.warn("'\(arguments.statement.keyword)' must be at least 1: 1 is used")
            }
            return max(value, range.lowerBound)
        }
        return form
    }
}

extension Form where Value == UInt8 {
    /// A whole number in a range.
    static func byte(_ range: ClosedRange<UInt8>) -> Form {
        Form<Int>.integer(Int(range.lowerBound)...Int(range.upperBound)).map({ UInt8($0) }, back: { Int($0) })
    }
}
