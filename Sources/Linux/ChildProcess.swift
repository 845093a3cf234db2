import CShim
import Glibc

/// A program that was started, in a process group of its own. Whoever has it waits for its end: until `reap` gives a
/// status the number stays taken.
package final class ChildProcess {
    /// As whom a program runs.
    package struct User: Hashable, Sendable {
        /// Number of the user.
        package var user: UInt32
        /// Number of the group.
        package var group: UInt32
        /// Numbers of the other groups that the process is in.
        package var others: [UInt32] = []

        /// Whether it may do everything.
        package var isRoot: Bool { user == 0 }

        /// With the other groups that the user is a member of, by name: `set_supplementary_groups`.
        package func withOthers(of name: String) -> User {
            var groups = [gid_t](repeating: 0, count: 256)
            var count = Int32(groups.count)
            guard getgrouplist(name, group, &groups, &count) >= 0 else { return self }
            var user = self
            user.others = groups.prefix(Int(count)).filter { $0 != group }
            return user
        }

        /// By name or number; without a group the user's own. nil if there is no such user or group.
        package init?(user name: String, group groupName: String? = nil) {
            if let account = Account.user(named: name) {
                (user, group) = account
            } else if let number = UInt32(name) {
                user = number
                group = number
            } else {
                return nil
            }
            guard let groupName else { return }
            if let number = Account.group(named: groupName) {
                group = number
            } else if let number = UInt32(groupName) {
                group = number
            } else {
                return nil
            }
        }
    }

    /// The process' number, and its group's.
    package let processID: pid_t
    private let file: FileDescriptor

    /// Starts a program without a shell, with /dev/null for its input, output and errors.
    ///
    /// - Parameters:
    ///   - command: path and arguments, not empty.
    ///   - environment: `NAME=VALUE`.
    ///   - user: nil for this process' own.
    ///   - keepsErrors: what it writes to standard error goes where this process' goes.
    package init(
        _ command: [String], environment: [String], as user: User?, keepsErrors: Bool = false
    ) throws(SystemError) {
        let words = command.map { strdup($0) }
        let variables = environment.map { strdup($0) }
        defer { for text in words + variables { free(text) } }
        let list = (words + [nil]).map { UnsafePointer<CChar>($0) }
        let pairs = (variables + [nil]).map { UnsafePointer<CChar>($0) }
        let number = try check("execve", command.first ?? "") {
            cshim_spawn(
                list, pairs, user != nil, user?.user ?? 0, user?.group ?? 0, user?.others ?? [],
                user?.others.count ?? 0, keepsErrors)
        }
        processID = number
        file = FileDescriptor(owning: try check("pidfd_open", "\(number)") { cshim_pidfd(number) })
    }

    /// Readable once it has ended.
    package var descriptor: Int32 { file.rawValue }

    /// Its exit status once it has ended, 256 + N if by signal N; nil before. Not to be asked again then.
    package func reap() -> Int? {
        let status = cshim_reap(processID)
        return status < 0 ? nil : Int(status)
    }

    /// Sends a signal to it and to all that it has started.
    package func signalGroup(_ number: Int32) { _ = kill(-processID, number) }
}

/// Another process, which is not ours to reap.
package struct ProcessHandle: ~Copyable {
    private let file: FileDescriptor

    /// - Throws: `SystemError`; `ESRCH` if there is no such process.
    package init(_ processID: pid_t) throws(SystemError) {
        file = FileDescriptor(owning: try check("pidfd_open", "\(processID)") { cshim_pidfd(processID) })
    }

    /// Readable once it has ended.
    package var descriptor: Int32 { file.rawValue }
}
