import Config
import Glibc
import Linux
import Testing

@testable import Director

/// A configuration in memory.
private struct Text: ConfigurationSource {
    let text: String

    func read(path: String) throws(ConfigurationSourceError) -> [UInt8] { Array(text.utf8) }
    func glob(_ pattern: String, relativeTo directory: String) -> [String] { [pattern] }
}

/// `enable_script_security`, of scripts that run as root.
@Suite(.enabled(if: getuid() == 0, "as root only"))
struct ScriptSecurityTests {
    /// A folder of root's, gone with the value.
    private final class Folder {
        let path = "/tmp/sluice-scripts-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"

        init() throws {
            for folder in [path, "\(path)/theirs"] { #expect(mkdir(folder, 0o755) == 0) }
            for file in ["own", "theirs/script"] {
                try FileDescriptor(path: "\(path)/\(file)", flags: O_WRONLY | O_CREAT, mode: 0o755)
                    .writeAll(Array("#!/bin/sh\nexit 0\n".utf8))
            }
            chmod("\(path)/own", 0o755)
            chmod("\(path)/theirs/script", 0o755)
            symlink("\(path)/own", "\(path)/link")
            symlink("\(path)/theirs/script", "\(path)/trap")
            chown("\(path)/theirs", 65_534, 65_534)
        }

        deinit {
            for file in ["own", "theirs/script", "link", "trap"] { unlink("\(path)/\(file)") }
            for folder in ["\(path)/theirs", path] { rmdir(folder) }
        }
    }

    private static func runs(_ path: String, as user: String = "root", guarded: Bool = true) -> Bool {
        let text = "global_defs {\nscript_user \(user)\n\(guarded ? "enable_script_security" : "")\n}\n"
        let global = ConfigurationReader.read(path: "t.conf", from: Text(text: text)).configuration?.global
        guard let scripts = global?.scripts else { return false }
        let call = ScriptCall([path], owner: nil, in: scripts)
        guard let child = try? call.start() else { return false }
        while child.reap() == nil { usleep(1_000) }
        return true
    }

    @Test func `As root runs only what nobody else could have put there, whatever links lead to it`() throws {
        let folder = try Folder()
        #expect(Self.runs("\(folder.path)/own") && Self.runs("\(folder.path)/link"))
        #expect(!Self.runs("\(folder.path)/theirs/script"), "its folder is another's")
        #expect(!Self.runs("\(folder.path)/trap"), "a link of root's leads into another's folder")
        #expect(Self.runs("\(folder.path)/trap", guarded: false))
        #expect(Self.runs("\(folder.path)/theirs/script", as: "nobody"), "who owns it harms nobody but himself")
        chmod("\(folder.path)/own", 0o777)
        #expect(!Self.runs("\(folder.path)/own"))
        chmod("\(folder.path)/own", 0o755)
        chown("\(folder.path)/own", 0, 65_534)
        chmod("\(folder.path)/own", 0o775)
        #expect(!Self.runs("\(folder.path)/link"), "a group that is not root's may write to what it leads to")
    }

    @Test func `Without a user named, root is not taken for one`() {
        guard getpwnam("keepalived_script") == nil else { return }
        var scripts = GlobalScriptSettings()
        scripts.enableScriptSecurity = true
        #expect(throws: SystemError.self) { _ = try ScriptCall(["/bin/true"], owner: nil, in: scripts).start() }
    }
}
