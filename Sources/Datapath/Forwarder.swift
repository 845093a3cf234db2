package import BPF
internal import CSluiceABI
import Glibc
internal import Linux
package import Plan

/// The forwarder: the program in the kernel and its maps, pinned, so that packets flow whether or not a controller runs.
package final class Forwarder {
    package let maps: ForwarderMaps
    /// The program that is attached; replaced by `use`.
    package private(set) var program: Program
    private var clock: Program
    private let folder: String
    /// How the maps were come by.
    package let start: Start
    /// Folders of the instance's maps of other layouts or sizes, which links may still run on: see `removeOthers`.
    package let others: [String]
    /// What the program was built for.
    package private(set) var features: Features

    /// How the maps were come by.
    package enum Start: Hashable, Sendable {
        /// New, empty maps.
        case cold
        /// The maps that an earlier controller left.
        case adopted
        /// New maps, beside those of another layout or size.
        case beside
    }

    /// Opens the instance's pinned maps, or makes new ones and pins them, and loads the program; attaches nothing.
    ///
    /// - Parameters:
    ///   - flows: capacity of each flow table, a power of two.
    ///   - secrets: random numbers for new maps; adopted ones keep theirs.
    /// - Throws: `BPFError` or `SystemError`, with nothing left behind.
    package init(instance: Instance, sizes: ForwarderSizes, features: Features, secrets: [UInt64]) throws {
        try Self.prepare(instance)
        let folder = instance.maps(flows: sizes.flows)
        others = instance.mapFolders().filter { $0 != folder }
        let isOld = Instance.isComplete(folder)
        do {
            if isOld {
                start = .adopted
                maps = try ForwarderMaps(pinnedIn: folder, writable: true)
                (program, clock) = try Self.load(features, settings: maps.settings[0], reusing: maps.all).programs
            } else {
                start = others.isEmpty ? .cold : .beside
                Folder.remove(folder)
                let settings = Self.newSettings(sizes, secrets: secrets)
                let made = try Self.load(features, settings: settings, reusing: [:])
                (program, clock) = made.programs
                maps = try ForwarderMaps(made.maps, writable: true)
                maps.settings.store(settings, at: 0, words: 0..<maps.settings.wordCount)
                try Folder.make(folder)
                try maps.pin(in: folder)
            }
            self.folder = folder
            self.features = features
            try Self.pin(clock, in: folder, as: "clock")
            try Self.pin(program, in: folder, as: Instance.complete)
        } catch {
            if !isOld { Folder.remove(folder) }
            instance.removeEmptyFolders()
            throw error
        }
    }

    /// Pins a program in the place of one that may be there: at no moment is there none.
    private static func pin(_ program: Program, in folder: String, as name: String) throws {
        let incoming = "\(folder)/\(Instance.incoming)"
        unlink(incoming)
        try program.pin(incoming)
        try check("rename", incoming) { rename(incoming, "\(folder)/\(name)") }
    }

    /// Loads the program anew for other features, on the same maps. The caller attaches it in the place of the old one.
    package func use(_ features: Features) throws {
        (program, clock) = try Self.load(features, settings: maps.settings[0], reusing: maps.all).programs
        self.features = features
        try Self.pin(program, in: folder, as: Instance.complete)
    }

    /// Removes the pins of maps that are not this forwarder's; call it when nothing is attached to them any more.
    package func removeOthers() {
        for path in others { Folder.remove(path) }
    }

    /// Removes this forwarder's pins: with the last reference the maps go, and their flows.
    package func unpin() { Folder.remove(folder) }

    /// The kernel's jiffies now.
    package func jiffies() throws -> UInt64 { try readClock(clock) }

    /// The flow table's clock now.
    package func tick() throws -> UInt32 {
        UInt32(truncatingIfNeeded: try jiffies() >> UInt64(maps.settings[0].tick_shift))
    }
}

/// What the tables are made for.
package struct ForwarderSizes: Hashable, Sendable {
    /// Flows in each family's table; a power of two.
    package var flows: Int
    /// A tick is jiffies >> tickShift.
    package var tickShift: UInt32

    package init(flows: Int, tickShift: UInt32) {
        self.flows = flows
        self.tickShift = tickShift
    }
}

extension Forwarder {
    private struct Loaded {
        let programs: (Program, Program)
        let maps: [String: Map]
    }

    /// Places in the cache of clients' last hops.
    private static let hops = 65_536

    private static func newSettings(_ sizes: ForwarderSizes, secrets: [UInt64]) -> sluice_settings {
        precondition(secrets.count == Int(SLUICE_SECRETS), "as many secrets as the hashes take")
        var settings = sluice_settings()
        withUnsafeMutableBytes(of: &settings.secret) { bytes in
            for (index, secret) in secrets.enumerated() {
                bytes.storeBytes(of: secret | 1, toByteOffset: index * 8, as: UInt64.self)
            }
        }
        settings.flow_buckets4 = UInt32(sizes.flows / Int(SLUICE_FLOW_WAYS))
        settings.flow_buckets6 = settings.flow_buckets4
        settings.hops = UInt32(hops)
        settings.tick_shift = sizes.tickShift
        return settings
    }

    private static func load(
        _ features: Features, settings: sluice_settings, reusing maps: [String: Map]
    ) throws -> Loaded {
        let object = try Object(ProgramImage.sluice, name: "sluice")
        try object.setMaxEntries(ofMap: "flows4", Int(settings.flow_buckets4))
        try object.setMaxEntries(ofMap: "flows6", Int(settings.flow_buckets6))
        try object.setMaxEntries(ofMap: "hops", Int(settings.hops))
        for (name, map) in maps { try object.reuse(map, asMap: name) }
        try object.setInitialValue(ofMap: ".rodata.config", sluice_config(features, settings))
        try object.load()
        var loaded: [String: Map] = [:]
        for name in ForwarderMaps.names { loaded[name] = try object.map(name) }
        return Loaded(programs: (try object.program("sluice"), try object.program("read_clock")), maps: loaded)
    }

    /// The BPF file system mounted, the limit of locked memory lifted, the instance's folders made.
    private static func prepare(_ instance: Instance) throws {
        if !Mounts.isBPFFS(Instance.fileSystem) { try Mounts.mountBPFFS(Instance.fileSystem) }
        try? Limits.raiseMemlock()
        try Folder.make(instance.links)
    }
}

/// Runs the program `read_clock` once; it writes jiffies to the start of its packet.
func readClock(_ clock: Program) throws(BPFError) -> UInt64 {
    let run = try clock.testRun(packet: [UInt8](repeating: 0, count: 64))
    return run.output.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
}
