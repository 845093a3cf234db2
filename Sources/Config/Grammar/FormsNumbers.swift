import Wire

// Forms of numbers that keepalived puts right rather than refuses, and of counts beyond an `int`.

extension Form where Value == Int {
    /// A whole number: what is in `written` but not in `used` is moved to the nearest end, with a warning.
    static func integer(_ written: ClosedRange<Int>, clampedTo used: ClosedRange<Int>, _ unit: String? = nil) -> Form {
        var form = Form.integer(used, unit)
        let syntax = form.syntax
        form.parse = { (arguments) throws(Misfit) in
            let number = try arguments.take(syntax) { Wording.integer($0, in: written) }
            let nearest = min(max(number, used.lowerBound), used.upperBound)
            if number != nearest { arguments.warn("\(number) is out of range: \(nearest) is used", hint: syntax) }
            return nearest
        }
        return form
    }

    /// What keepalived reads into an `unsigned`.
    static func unsigned(from lowest: Int = 0, _ unit: String? = nil) -> Form {
        .integer(lowest...Int(UInt32.max), unit)
    }
}

extension Form where Value == UInt32 {
    /// A whole number in a range.
    static func unsigned(_ range: ClosedRange<UInt32>) -> Form {
        Form<Int>.integer(Int(range.lowerBound)...Int(range.upperBound)).map({ UInt32($0) }, back: { Int($0) })
    }
}

extension Form where Value == [Int] {
    /// Numbers of CPUs, at least one, each once.
    static var cpus: Form {
        let syntax = "numbers of CPUs, each 0 to 1023"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                var cpus: [Int] = []
                repeat {
                    let cpu = try arguments.take(syntax) { Wording.number($0, in: 0...1_023) }
                    if !cpus.contains(cpu) { cpus.append(cpu) }
                } while arguments.next != nil
                return cpus
            },
            json: { .array($0.map { .int($0) }) })
    }
}
