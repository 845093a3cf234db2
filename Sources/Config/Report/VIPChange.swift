import Wire

/// A VIP that comes, goes, or moves from one vrrp_instance to another.
package struct VIPChange: Equatable, Sendable {
    /// `192.0.2.10/24`.
    package var address: String
    /// The instance that had it; nil: none.
    package var from: String?
    /// The instance that gets it; nil: none.
    package var to: String?

    /// In the order of the old configuration, then those that are new.
    package static func changes(from old: Configuration, to new: Configuration) -> [VIPChange] {
        let (before, after) = (old.vips, new.vips)
        let holders = Dictionary(after.map { ($0.address, $0.instance) }) { first, _ in first }
        let known = Set(before.map(\.address))
        let gone = before.compactMap { vip -> VIPChange? in
            let holder = holders[vip.address]
            return holder == vip.instance ? nil : VIPChange(address: vip.address, from: vip.instance, to: holder)
        }
        let come = after.filter { !known.contains($0.address) }
        return gone + come.map { VIPChange(address: $0.address, from: nil, to: $0.instance) }
    }

    /// `address`, and where there are any `from` and `to`.
    package var json: JSON {
        let instances = [("from", from), ("to", to)].compactMap { name, instance in
            instance.map { (name, JSON.string($0)) }
        }
        return .object([("address", .string(address))] + instances)
    }
}

extension VIPChange: CustomStringConvertible {
    /// In words, for people.
    package var description: String {
        switch (from, to) {
        case (let from?, let to?): "VIP \(address): moves from vrrp_instance \(from) to \(to)"
        case (let from?, nil): "VIP \(address): removed from vrrp_instance \(from)"
        case (nil, let to?): "VIP \(address): added to vrrp_instance \(to)"
        case (nil, nil): "VIP \(address)"
        }
    }
}

extension Configuration {
    /// Every VIP with the instance that has it.
    fileprivate var vips: [(address: String, instance: String)] {
        vrrpInstances.flatMap { instance in
            (instance.addresses + instance.excludedAddresses).map { address in
                ("\(address.wrappedValue.address)/\(address.wrappedValue.prefixLength)", instance.name)
            }
        }
    }
}
