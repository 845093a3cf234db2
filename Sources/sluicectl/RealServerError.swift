import Datapath
import Linux
import Netlink

/// Why a real server could not be set up, torn down or checked.
enum RealServerError: Error {
    case netlink(NetlinkError)
    case system(SystemError)
    case decapsulator(DecapsulatorError)
    /// No `--interface`, and no default route to take it from.
    case noDefaultRoute
    case loopback(interface: String)
    /// Decapsulation is set up on one interface and asked for on another.
    case decapElsewhere(interface: String, wanted: String)
    case noVIP
    /// Some of what setup did could not be undone.
    case incomplete(failures: Int)
}

extension RealServerError: CustomStringConvertible {
    var description: String {
        switch self {
        case .netlink(let error): "\(error)"
        case .system(let error): "\(error)"
        case .decapsulator(let error): "\(error)"
        case .noDefaultRoute:
            "there is no default route to tell the interface by: name the one that packets arrive on with --interface"
        case .loopback(let interface):
            "no packet of a director arrives on \(interface): name the interface that they arrive on with --interface"
        case .decapElsewhere(let interface, let wanted):
            "decapsulation is set up on \(interface), not \(wanted): `sluicectl real-server teardown` first"
        case .noVIP: "no VIP is set up here: name those that this server should have with --vip"
        case .incomplete(let failures):
            "\(failures) of the changes could not be undone, as said above: mend the cause and repeat the teardown"
        }
    }
}

/// Turns the errors of the modules below into ours.
func fromNetlink<Result: ~Copyable>(_ body: () throws(NetlinkError) -> Result) throws(RealServerError) -> Result {
    do throws(NetlinkError) { return try body() } catch { throw .netlink(error) }
}

func fromSystem<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(RealServerError) -> Result {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
}

func fromDecapsulator<Result: ~Copyable>(_ body: () throws(DecapsulatorError) -> Result) throws(RealServerError)
    -> Result
{
    do throws(DecapsulatorError) { return try body() } catch { throw .decapsulator(error) }
}
