import Foundation
import Testing

/// Something that has to hold in each mode and family.
struct Check: Sendable, CustomTestStringConvertible {
    let name: String
    let body: @Sendable (Lab) throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (Lab) throws -> Void) {
        self.name = name
        self.body = body
    }

    var testDescription: String { name }

    static let all = forwarding + listings + reloads + crashes

    func run() throws {
        let lab = try currentLab()
        do {
            try lab.settle()
            try body(lab)
        } catch {
            print("the end of sluiced's log:\n" + Lab.logText.split(separator: "\n").suffix(20).joined(separator: "\n"))
            throw error
        }
    }
}

/// Real traffic through real controllers, in namespaces; one lab at a time on a machine, hence one test at a time.
@Suite(.serialized, .enabled(if: getuid() == 0, "the lab needs root: sudo Scripts/test"))
enum EndToEnd {
    @Suite(.lab(.dr, .ipv4)) struct DRIPv4 {
        @Test(arguments: Check.all) func holds(_ check: Check) throws { try check.run() }
    }

    @Suite(.lab(.dr, .ipv6)) struct DRIPv6 {
        @Test(arguments: Check.all) func holds(_ check: Check) throws { try check.run() }
    }

    @Suite(.lab(.tun, .ipv4)) struct TUNIPv4 {
        @Test(arguments: Check.all) func holds(_ check: Check) throws { try check.run() }
    }

    @Suite(.lab(.tun, .ipv6)) struct TUNIPv6 {
        @Test(arguments: Check.all) func holds(_ check: Check) throws { try check.run() }
    }

    @Suite(.lab(.nat, .ipv4)) struct NATIPv4 {
        @Test(arguments: Check.all) func holds(_ check: Check) throws { try check.run() }
    }

    @Suite(.lab(.nat, .ipv6)) struct NATIPv6 {
        @Test(arguments: Check.all) func holds(_ check: Check) throws { try check.run() }
    }
}
