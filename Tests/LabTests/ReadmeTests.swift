import Foundation
import Testing

extension EndToEnd {
    /// What the README shows is what happens: its commands run, and its lines come, apart from numbers.
    @Suite struct Readme {
        @Test func `The README's example output is what its commands print`() throws {
            let steps = try Self.steps()
            #expect(steps.count >= 7, "the README shows the lab, requests and listings")
            defer { Lab.down() }
            for step in steps {
                // Whoever reads the README has no other lab running; a test may have to wait for one.
                let isUp = step.command.dropFirst().first == "up"
                let outcome = try outcome(
                    of: step.command + (isUp ? ["--wait"] : []), environment: Lab.environment, within: isUp ? 700 : 60)
                #expect(outcome.status == 0, "\(step.command): \(outcome.errors)")
                var printed = outcome.output.split(separator: "\n").map { Self.withoutNumbers(String($0)) }[...]
                for line in step.expected {
                    let found = printed.firstIndex(of: Self.withoutNumbers(line))
                    #expect(found != nil, "\(step.command) prints \"\(line)\"; it printed:\n\(outcome.output)")
                    if let found { printed = printed[(found + 1)...] }
                }
            }
        }

        private struct Step {
            let command: [String]
            var expected: [String] = []
        }

        /// The commands of the blocks that are marked as checked, with the lines below each.
        private static func steps() throws -> [Step] {
            let path = URL(filePath: Lab.scripts).deletingLastPathComponent().appending(path: "README.md")
            let text = try String(contentsOf: path, encoding: .utf8)
            let marked = text.components(separatedBy: "<!-- checked by Tests/LabTests -->\n```\n").dropFirst()
            try #require(marked.count == 2, "the README marks its examples")
            var steps: [Step] = []
            for line in marked.flatMap({ $0.prefix { $0 != "`" }.split(separator: "\n") }) {
                if line.hasPrefix("$ ") {
                    let isAsRoot = line.hasPrefix("$ sudo ")
                    steps.append(Step(command: command(line.dropFirst(isAsRoot ? "$ sudo ".count : 2))))
                } else if !steps.isEmpty {
                    steps[steps.count - 1].expected.append(String(line))
                }
            }
            return steps
        }

        private static func command(_ line: Substring) -> [String] {
            line.split(separator: " ").map { word in
                switch word {
                case "Scripts/lab": "\(Lab.scripts)/lab"
                case "sluicectl", "sluiced": "\(Lab.binaries)/\(word)"
                default: String(word)
                }
            }
        }

        /// Numbers and runs of blanks differ from run to run.
        private static func withoutNumbers(_ line: String) -> String {
            line.replacing(/\d+/, with: "N").replacing(/\s+/, with: " ")
        }
    }
}
