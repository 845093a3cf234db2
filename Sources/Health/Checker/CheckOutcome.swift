/// How a run of a checker ended.
package enum CheckOutcome: Hashable, Sendable {
    /// The server is well; a checker may also have an opinion about its weight.
    case passed(CheckWeight = .unchanged)
    /// The server is not well.
    case failed(CheckFailure)
    /// Nothing was learned of the server, because this machine could not ask (no file descriptor, say). Neither state
    /// nor retries change; the next run comes after `delayLoop`.
    case notRun(CheckObstacle)
}

/// What a checker that passed says of its real server's weight.
package enum CheckWeight: Hashable, Sendable {
    /// Nothing.
    case unchanged
    /// MISC_CHECK with `misc_dynamic`: the weight is this.
    case absolute(UInt32)
    /// FILE_CHECK: so much is added to the weight, -2147483647 to 2147483647.
    case added(Int64)
}

/// Why a check could not be run at all.
package enum CheckObstacle: Hashable, Sendable {
    /// The limit of open files is reached.
    case fileDescriptors
    /// The source address or interface can't be used; the error number.
    case bind(errno: Int32)
    /// Another system call failed; the error number.
    case system(errno: Int32)
}

extension CheckObstacle: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fileDescriptors: "not checked: no file descriptor left (raise the limit of open files)"
        case .bind(let errno): "not checked: can't bind the source address (error \(errno))"
        case .system(let errno): "not checked: a system call failed (error \(errno))"
        }
    }
}

extension CheckOutcome {
    /// What a script's exit status says: MISC_CHECK. With `setsWeight` (`misc_dynamic`) a status of 2 to 255 is a
    /// success that sets the weight to two less.
    package static func exit(status: Int32, setsWeight: Bool) -> CheckOutcome {
        switch status {
        case 0: .passed()
        case 2...255 where setsWeight: .passed(.absolute(UInt32(status) - 2))
        default: .failed(.exit(status))
        }
    }

    /// What a tracked file's number says: FILE_CHECK. With `weight` 0 the file is a switch: 0 passes, or with
    /// `isReversed` anything but 0. Else number times weight (its sign turned around by `isReversed`) is added to the
    /// real server's weight, and a product below -2147483647 is a failure.
    package static func file(value: Int32, weight: Int32, isReversed: Bool) -> CheckOutcome {
        guard weight != 0 else { return (value == 0) != isReversed ? .passed() : .failed(.file(value)) }
        let product = Int64(value) * Int64(weight) * (isReversed ? -1 : 1)
        guard product >= -Self.weightLimit else { return .failed(.file(value)) }
        return .passed(.added(min(product, Self.weightLimit)))
    }

    /// The greatest weight there is.
    static let weightLimit = Int64(Int32.max)
}

extension CheckOutcome: CustomStringConvertible {
    /// For people: "passed", or why not.
    package var description: String {
        switch self {
        case .passed(.unchanged): "passed"
        case .passed(.absolute(let weight)): "passed, weight \(weight)"
        case .passed(.added(let weight)): "passed, weight \(weight < 0 ? "" : "+")\(weight)"
        case .failed(let failure): failure.description
        case .notRun(let obstacle): obstacle.description
        }
    }
}
