internal import Linux

/// `promote_secondaries`: the kernel's setting of that name on some interfaces. With it a removed IPv4 address does not
/// take along others of its network; the next one becomes its primary address.
struct Promotion {
    /// Interfaces that are to have it.
    private(set) var wanted: Set<String> = []
    /// Those that have it from us.
    private(set) var changed: Set<String>

    /// - Parameter alreadyOurs: an earlier run has switched it on there.
    init(alreadyOurs: Set<String>) { changed = alreadyOurs }

    /// Switches it on and off. What went wrong, if anything.
    mutating func follow(_ interfaces: Set<String>) -> String? {
        wanted = interfaces
        var problem: String?
        for interface in changed.subtracting(interfaces) { try? Sysctl.write("0", to: Self.name(interface)) }
        changed.formIntersection(interfaces)
        for interface in interfaces.subtracting(changed).sorted() { problem = switchOn(interface) ?? problem }
        return problem
    }

    /// An interface has appeared, perhaps again.
    mutating func renew(_ interface: String) -> String? { wanted.contains(interface) ? switchOn(interface) : nil }

    private mutating func switchOn(_ interface: String) -> String? {
        // An interface that is not there is waited for.
        guard let value = try? Sysctl.read(Self.name(interface)), value == "0" else { return nil }
        do throws(SystemError) {
            try Sysctl.write("1", to: Self.name(interface))
            changed.insert(interface)
            return nil
        } catch {
            return "promote_secondaries of \(interface): \(error)"
        }
    }

    private static func name(_ interface: String) -> String { "net/ipv4/conf/\(interface)/promote_secondaries" }
}
