import Glibc
internal import Linux
internal import VRRP
internal import Wire

/// What outlives a crash of the controller: which instances serve their addresses, and when each advertised last. The
/// addresses stay through a crash too, and the forwarder goes on; with this a restarted controller knows how long the
/// others have heard nothing.
///
/// A file that is mapped into memory, so that a note costs a store and no system call. Slots of 16 bytes: which instance
/// (a hash, 0 for none), and the time of its last advert by the monotonic clock, which a restart of the machine sets back
/// just as it empties /run.
final class VRRPStateFile {
    private let memory: MappedMemory
    private static let slots = 1_024
    private static let slotSize = 16

    /// - Throws: `SystemError` if the file can't be made or mapped.
    init(path: String) throws(SystemError) {
        let file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT)
        let number = file.rawValue
        try check("ftruncate", path) { ftruncate(number, Self.slots * Self.slotSize) }
        memory = try MappedMemory(
            descriptor: number, length: Self.slots * Self.slotSize, writable: true, context: path)
    }

    /// The instance's place: what its slot is found by from now on. nil if all are taken, and it can't be adopted later.
    func slot(of instance: VRRPPlan.Instance) -> Int? {
        let hash = Self.hash(instance)
        var free: Int?
        for slot in 0..<Self.slots {
            let there = memory.load64(at: slot * Self.slotSize)
            if there == hash { return slot }
            if there == 0, free == nil { free = slot }
        }
        if let free { memory.store64(hash, at: free * Self.slotSize) }
        return free
    }

    /// When it advertised last; nil if it doesn't serve.
    func lastAdvert(_ slot: Int) -> Instant? {
        let time = memory.load64(at: slot * Self.slotSize + 8)
        return time == 0 ? nil : Instant(nanoseconds: time)
    }

    /// It advertised at this time; nil: it no longer serves.
    func note(_ time: Instant?, _ slot: Int) { memory.store64(time?.nanoseconds ?? 0, at: slot * Self.slotSize + 8) }

    /// Which instances an earlier run left serving.
    func serving(_ plan: VRRPPlan) -> [String] {
        plan.instances.filter { slot(of: $0).flatMap(lastAdvert) != nil }.map(\.name)
    }

    /// FNV-1a of what makes it this instance; never 0.
    private static func hash(_ instance: VRRPPlan.Instance) -> UInt64 {
        let settings = instance.settings
        let text = "\(settings.name) \(settings.routerID) \(settings.version.rawValue) \(instance.interface ?? "")"
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return max(hash, 1)
    }
}
