import CSluiceABI

/// The destinations as a plan goes on: which index a real server has, and which are free.
struct DestinationTable {
    /// What an index belongs to.
    private struct Key: Hashable {
        let slot: UInt16
        let server: ServerSpecification.Key
    }

    private let actual: [UInt16: sluice_destination]
    private var indexes: [Key: UInt16] = [:]
    /// Indexes that a desired real server has.
    private(set) var wanted: Set<UInt16> = []
    /// The lowest index that may be free.
    private var next = 0

    init(_ actual: ActualState) {
        self.actual = actual.destinations
        indexes.reserveCapacity(actual.destinations.count)
        for (index, value) in actual.destinations {
            guard let server = value.serverKey else { continue }
            let key = Key(slot: value.service, server: server)
            // Of two, the one that serves: the other was left by an interrupted plan.
            if let other = indexes[key], isBetter(other, than: index) { continue }
            indexes[key] = index
        }
    }

    private func isBetter(_ left: UInt16, than right: UInt16) -> Bool {
        let (first, second) = (actual[left]?.isAvailable ?? false, actual[right]?.isAvailable ?? false)
        return first == second ? left < right : first
    }

    /// How many indexes are in use by removed real servers.
    var retired: Int { actual.values.count { !$0.isAvailable } }

    /// The real server's index, its old one if it has one, else the lowest free; nil if there is none.
    mutating func claim(slot: UInt32, server: ServerSpecification) -> UInt16? {
        let key = Key(slot: UInt16(slot), server: server.key)
        if let index = indexes[key] {
            wanted.insert(index)
            return index
        }
        while next < Int(SLUICE_MAX_DESTINATIONS), actual[UInt16(next)] != nil { next += 1 }
        guard next < Int(SLUICE_MAX_DESTINATIONS) else { return nil }
        let index = UInt16(next)
        next += 1
        indexes[key] = index
        wanted.insert(index)
        return index
    }

    /// What is needed for the index to say `value`; nil if it says so already.
    func edit(_ index: UInt16, _ value: sluice_destination) -> Edit? {
        guard let old = actual[index] else { return .writeDestination(index: index, value) }
        if sameBytes(old, value) { return nil }
        return old.isAvailable
            ? .updateDestination(index: index, value) : .restoreDestination(index: index, value)
    }

    /// Indexes that serve and should no more, ascending.
    func unwanted() -> [UInt16] {
        actual.filter { $0.value.isAvailable && !wanted.contains($0.key) }.keys.sorted()
    }
}
