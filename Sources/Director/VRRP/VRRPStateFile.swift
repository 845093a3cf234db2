import Glibc
internal import Linux
internal import VRRP
internal import Wire

/// What outlives a crash of the controller: which instances serve their addresses, and when each advertised last. The
/// addresses stay through a crash too, and the forwarder goes on; with this a restarted controller knows how long the
/// others have heard nothing.
///
/// A file that is mapped into memory, so that a note costs a store and no system call. Slots of 16 bytes: which instance
/// (a hash, 0 for none), and its last advert: the time by the monotonic clock (which a restart of the machine sets back
/// just as it empties /run), in its lowest eight bits the priority. Behind them the names of interfaces whose
/// `arp_ignore` was raised, and the authentication header's last sequence number of each slot.
final class VRRPStateFile {
    private let memory: MappedMemory
    private static let slots = 1_024
    private static let slotSize = 16
    private static let names = 64
    private static let sequences = (slots + names) * slotSize
    private static let size = sequences + slots * 8

    /// - Throws: `SystemError` if the file can't be made or mapped.
    init(path: String) throws(SystemError) {
        let file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT)
        let number = file.rawValue
        try check("ftruncate", path) { ftruncate(number, Self.size) }
        memory = try MappedMemory(
            descriptor: number, length: Self.size, writable: true, context: path)
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

    /// An advert that was sent.
    struct LastAdvert {
        /// When, to 256 ns.
        var time: Instant
        /// 1...255.
        var priority: UInt8
    }

    /// Its last one; nil if it doesn't serve.
    func lastAdvert(_ slot: Int) -> LastAdvert? {
        let word = memory.load64(at: slot * Self.slotSize + 8)
        guard word & 0xff != 0 else { return nil }
        return LastAdvert(time: Instant(nanoseconds: word & ~0xff), priority: UInt8(word & 0xff))
    }

    /// It advertised at this time; nil: it no longer serves.
    func note(_ advert: LastAdvert?, _ slot: Int) {
        let word = advert.map { $0.time.nanoseconds & ~0xff | UInt64($0.priority) }
        memory.store64(word ?? 0, at: slot * Self.slotSize + 8)
    }

    /// Nobody serves what no instance has.
    func forgetOthers(than plan: VRRPPlan) {
        let kept = Set(plan.instances.map(Self.hash))
        for slot in 0..<Self.slots where !kept.contains(memory.load64(at: slot * Self.slotSize)) { note(nil, slot) }
    }

    /// The authentication header's last sequence number; 0 if there was none.
    func sequence(_ slot: Int) -> UInt32 { UInt32(truncatingIfNeeded: memory.load64(at: Self.sequences + slot * 8)) }

    /// It was sent, or heard: the next run must go on behind it.
    func noteSequence(_ sequence: UInt32, _ slot: Int) {
        memory.store64(UInt64(sequence), at: Self.sequences + slot * 8)
    }

    // MARK: Interfaces whose `arp_ignore` was raised

    /// Notes it before it is done, and forgets it after it is undone; false if there is no room to note it.
    func noteSilenced(_ interface: String, _ isSilenced: Bool) -> Bool {
        let words = Self.words(interface)
        for place in Self.slots..<Self.slots + Self.names {
            let at = place * Self.slotSize
            let there = (memory.load64(at: at), memory.load64(at: at + 8))
            guard there == (isSilenced ? (0, 0) : words) || there == words else { continue }
            memory.store64(isSilenced ? words.1 : 0, at: at + 8)
            memory.store64(isSilenced ? words.0 : 0, at: at)
            return true
        }
        return false
    }

    /// Those that a run which was killed has left.
    var silenced: [String] {
        (Self.slots..<Self.slots + Self.names).compactMap { place in
            let at = place * Self.slotSize
            let bytes = [memory.load64(at: at), memory.load64(at: at + 8)].flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
            }
            let name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            return name.isEmpty ? nil : name
        }
    }

    /// A name of at most 15 bytes, padded with zeros.
    private static func words(_ name: String) -> (UInt64, UInt64) {
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in name.utf8.prefix(15).enumerated() {
            if index < 8 {
                words.0 |= UInt64(byte) << UInt64(8 * index)
            } else {
                words.1 |= UInt64(byte) << UInt64(8 * (index - 8))
            }
        }
        return words
    }

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
