import Wire

extension VRRPScript {
    /// `vrrp_script`.
    static let block = Block<VRRPScript>(
        "vrrp_script",
        [
            .value("script", \.$command, .command),
            .value("interval", \.$intervalSeconds, .oneOrMore(1...4_294, "whole seconds")),
            .value("timeout", \.$timeoutSeconds, .oneOrMore(1...4_294, "whole seconds")),
            .value("weight", \.$weight, .trackWeight(253)),
            .value("rise", \.$rise, .integer(1...2_147_483_647).otherwise(1, as: "1")),
            .value("fall", \.$fall, .integer(1...2_147_483_647).otherwise(1, as: "1")),
            .value("user", \.$user, .userAndGroup.needing(1)),
            .mark("init_fail", \.$startsFailed),
        ])

    /// `NAME`.
    static let head = Form<VRRPScript>.named {
        VRRPScript($0, at: $1)
    } name: {
        $0.name
    }.needing(1)
}

extension TrackProcess {
    /// `vrrp_track_process`.
    static let block = Block<TrackProcess>(
        "vrrp_track_process",
        [
            .process("process"),
            .match("param_match"),
            .mark("full_command", \.$comparesCommandLine),
            .value("weight", \.$weight, .trackWeight(254).needing(0)),
            .quorum("quorum"),
            .maximum("quorum_max"),
            .value("fork_delay", \.$forkDelaySeconds, .seconds(0.000001...3600)).listed(if: { $0.forkDelaySeconds > 0 }
            ),
            .value("terminate_delay", \.$terminateDelaySeconds, .seconds(0.000001...3600))
                .listed(if: { $0.terminateDelaySeconds > 0 }),
            .delay("delay"),
        ])

    /// `NAME`.
    static let head = Form<TrackProcess>.named {
        TrackProcess($0, at: $1)
    } name: {
        $0.name
    }.needing(1)
}

extension Field where Model == TrackProcess {
    /// `process NAME [PARAMETER...]`: parameters mean the command line. The first one counts.
    fileprivate static func process(_ name: String) -> Field {
        let field = Field.value(name, \.$command, .words("NAME [PARAMETER...]", atLeast: 1))
        var first = field
        first.read = { statement, model, log in
            guard model.command.isEmpty else {
                log.warn(statement.location, "'\(name)' is set already: ignored")
                return
            }
            field.read(statement, &model, log)
            if model.command.count > 1 { model.$comparesCommandLine = Setting(true, from: statement.location) }
        }
        return first
    }

    /// `param_match [initial|partial]`: means the command line.
    fileprivate static func match(_ name: String) -> Field {
        var form = Form<TrackProcess.ParameterMatch>.choice.needing(0)
        let parse = form.parse
        form.syntax = "nothing, initial or partial"
        form.parse = { (arguments) throws(Misfit) in
            guard let word = arguments.next else { return .exact }
            if word == "exact" { throw arguments.misfit("nothing, initial or partial") }
            return try parse(&arguments)
        }
        form.json = { $0 == .exact ? .array([]) : .string($0.rawValue) }
        return .value(name, \.$match, form).then { statement, model, _ in
            if model.match != nil { model.$comparesCommandLine = Setting(true, from: statement.location) }
        }
    }

    fileprivate static func quorum(_ name: String) -> Field {
        let form = Form<Int>.integer(1...65_535)
        var field = Field.value(name, \.$quorum, form)
        field.read = { statement, model, log in
            guard let quorum = form.value(of: statement, log) else { return }
            if let maximum = model.maximum, quorum > maximum {
                log.warn(statement.location, "'quorum \(quorum)' is more than quorum_max \(maximum): ignored")
            } else {
                model.$quorum = Setting(quorum, from: statement.location)
            }
        }
        return field
    }

    fileprivate static func maximum(_ name: String) -> Field {
        let form = Form<Int>.integer(0...65_535)
        var field = Field.value(name, \.$maximum, form)
        field.read = { statement, model, log in
            guard let maximum = form.value(of: statement, log) else { return }
            if maximum < model.quorum, maximum > 0 || model.quorum > 1 {
                log.warn(statement.location, "'quorum_max \(maximum)' is less than quorum \(model.quorum): ignored")
                return
            }
            model.$maximum = Setting(maximum, from: statement.location)
            if maximum == 0 { model.quorum = 0 } else if model.quorum == 0 { model.quorum = 1 }
        }
        return field
    }

    /// `delay`: both delays.
    fileprivate static func delay(_ name: String) -> Field {
        let form = Form<Double>.seconds(0.000001...3600)
        return Field(
            name: name, syntax: form.syntax, shape: KeywordShape(minimumArguments: form.minimumArguments),
            read: { statement, model, log in
                guard let seconds = form.value(of: statement, log) else { return }
                model.$forkDelaySeconds = Setting(seconds, from: statement.location)
                model.$terminateDelaySeconds = Setting(seconds, from: statement.location)
            })
    }
}

extension TrackFile {
    /// `track_file`, and `vrrp_track_file`.
    static let block = block("track_file")
    static let oldBlock = block("vrrp_track_file")

    private static func block(_ name: String) -> Block<TrackFile> {
        Block<TrackFile>(
            name,
            [
                .once("file", \.$path, .word("a file's path").needing(0)),
                .value("weight", \.$weight, .trackWeight(254).needing(0)),
                .value("init_file", \.$initial, .initialValue),
            ])
    }

    /// `NAME`.
    static let head = Form<TrackFile>.named {
        TrackFile($0, at: $1)
    } name: {
        $0.name
    }.needing(1)
}

extension Form where Value == TrackFile.Initial {
    /// `[VALUE] [overwrite]`.
    fileprivate static var initialValue: Form {
        Form(
            syntax: "[VALUE] [overwrite]", minimumArguments: 0,
            parse: { arguments in
                var initial = TrackFile.Initial()
                while let word = arguments.take() {
                    if word == "overwrite" {
                        initial.overwrites = true
                    } else if let value = Wording.integer(word, in: Int(Int32.min)...Int(Int32.max)) {
                        if abs(value) > 254 {
                            arguments.warn("\(value) is beyond what a priority can change by: -254 to 254")
                        }
                        initial.value = value
                    } else {
                        arguments.warn("'\(word)' is neither a number nor 'overwrite': ignored")
                    }
                }
                return initial
            },
            json: { initial in
                initial.overwrites ? .array([.int(initial.value), .string("overwrite")]) : .int(initial.value)
            })
    }
}
