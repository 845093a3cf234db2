internal import BPF
internal import Config
internal import Datapath
internal import Logging
internal import Netlink
internal import Wire

extension Director {
    /// Takes over the links that an earlier run left: `reconcile` exchanges their program when the maps are ready for it.
    func adoptLinks() {
        let found = attachments.adopt()
        for link in found.adopted {
            attached[link.ifindex] = AttachedInterface(name: link.name, isGeneric: link.isGeneric)
        }
        for name in found.removed {
            log.notice("\(name): an earlier run was attached there; it has gone, or is in another network namespace")
        }
    }

    /// Attaches to the planned interfaces, and detaches from those that have gone or are not planned any more.
    func attach(_ plan: AttachmentPlan) throws {
        for name in plan.missing { complainOnce("interface \(name) is not there: waiting for it to appear") }
        for (ifindex, interface) in attached {
            let isGone = surroundings.link(ifindex) == nil || !attachments.isAttached(ifindex)
            guard isGone || !plan.present.contains(ifindex) else { continue }
            attachments.detach(ifindex)
            attached[ifindex] = nil
            log.notice("\(interface.name): \(isGone ? "gone" : "detached")")
        }
        try followNames()
        hasUnattached = false
        let present = plan.present.compactMap { surroundings.link($0) }.sorted { $0.name < $1.name }
        for link in present where attached[link.index] == nil { attach(link) }
    }

    /// Interfaces may have been renamed while the program was on them.
    private func followNames() throws {
        var names: [UInt32: String] = [:]
        for ifindex in attached.keys { names[ifindex] = surroundings.link(ifindex)?.name }
        try attachments.rename(names)
        for (ifindex, name) in names {
            guard let old = attached[ifindex]?.name, old != name else { continue }
            attached[ifindex]?.name = name
            log.notice("\(name): is the interface that was \(old), the program stays on it")
        }
    }

    private func attach(_ link: Netlink.Link) {
        let modes: [BPF.XDPMode] =
            switch configuration.global.xdpMode {
            case .native: [.native]
            case .generic: [.generic]
            case .auto: [.native, .generic]
            }
        let name = link.name
        do {
            let outcome = try attachments.attach(
                forwarder.program, interface: name, ifindex: link.index, modes: modes)
            switch outcome {
            case .native:
                attached[link.index] = AttachedInterface(name: name, isGeneric: false)
                log.notice("\(name): attached, native XDP")
            case .generic(let refusal):
                attached[link.index] = AttachedInterface(name: name, isGeneric: true)
                let reason = refusal.map { ", a tenth of native XDP's speed (\($0.summary))" } ?? ""
                log.warning("\(name): attached, generic XDP\(reason); turn GRO off: ethtool -K \(name) gro off")
            }
        } catch {
            hasUnattached = true
            complainOnce("\(name): not attached: \(error)")
        }
    }

    /// Takes the program off all interfaces and removes the pins: traffic is the kernel's again.
    func detachAll() {
        attachments.detachAll()
        attached = [:]
        surroundings.beginNeeds()
        surroundings.releaseUnneeded()
        forwarder.unpin()
        options.instance.removeEmptyFolders()
    }

    /// Interfaces that the program runs on.
    var attachedNames: [String] { attached.values.map(\.name).sorted() }
}

/// An interface that the program runs on.
struct AttachedInterface {
    var name: String
    let isGeneric: Bool
}
