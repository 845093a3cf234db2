import Testing
import Wire

@testable import Netlink

@Suite struct AddressTests {
    @Test(arguments: [("192.0.2.10", 32), ("2001:db8::10", 128)])
    func aVIPOnLoIsAddedOnceAndRemovedOnce(_ text: String, _ length: Int) async throws {
        let address = try #require(IPAddress(text))
        let result = try await inNamespace {
            var netlink = try NetlinkSocket()
            let lo = try netlink.link(named: "lo").index
            let options = AddressOptions(scope: .host)
            let added = try netlink.add(address, prefixLength: length, to: lo, options: options)
            let again = try netlink.add(address, prefixLength: length, to: lo, options: options)
            let found = try netlink.addresses(on: lo).filter { $0.address == address }
            let removed = try netlink.remove(address, prefixLength: length, from: lo)
            let twice = try netlink.remove(address, prefixLength: length, from: lo)
            let left = try netlink.addresses().filter { $0.address == address }
            return (added, again, found, removed, twice, left)
        }
        #expect(result.0 && !result.1 && result.3 && !result.4)
        #expect(result.2.count == 1 && result.2.first?.prefixLength == length && result.2.first?.isTentative == false)
        if address.family == .ipv4 { #expect(result.2.first?.scope == .host) }
        #expect(result.5.isEmpty)
    }

    @Test func detectionOfDuplicatesIsSkippedOnlyWhenAsked() async throws {
        let (with, without) = try await inNamespace {
            try shell("ip link add va type veth peer name vb; ip link set va up; ip link set vb up")
            var netlink = try NetlinkSocket()
            let a = try netlink.link(named: "va").index
            let one = try parse("2001:db8::1")
            let two = try parse("2001:db8::2")
            try netlink.add(one, prefixLength: 64, to: a, options: AddressOptions(skipsDuplicateDetection: false))
            try netlink.add(two, prefixLength: 64, to: a, options: AddressOptions(skipsDuplicateDetection: true))
            let found = try netlink.addresses(on: a)
            return (found.first { $0.address == one }, found.first { $0.address == two })
        }
        #expect(with?.isTentative == true)
        #expect(without?.isTentative == false)
    }

    @Test func optionsReachTheKernel() async throws {
        let (four, six, routes) = try await inNamespace {
            try shell("ip link add va type veth peer name vb; ip link set va up")
            var netlink = try NetlinkSocket()
            let a = try netlink.link(named: "va").index
            let broadcast = IPv4Address("192.0.2.255")
            try netlink.add(
                try parse("192.0.2.7"), prefixLength: 24, to: a,
                options: AddressOptions(
                    scope: .link, hasNoPrefixRoute: true, broadcast: broadcast, label: "va:vip"))
            try netlink.add(
                try parse("2001:db8::7"), prefixLength: 64, to: a,
                options: AddressOptions(isDeprecated: true, hasNoPrefixRoute: true))
            return (
                try shell("ip -4 addr show dev va"), try netlink.addresses(on: a).filter { $0.address.family == .ipv6 },
                try shell("ip route; ip -6 route show 2001:db8::/64")
            )
        }
        #expect(four.contains("inet 192.0.2.7/24 brd 192.0.2.255 scope link noprefixroute va:vip"), "\(four)")
        #expect(six.contains { $0.isDeprecated && "\($0.address)" == "2001:db8::7" })
        #expect(!routes.contains("192.0.2.0") && !routes.contains("2001:db8"), "\(routes)")
    }

    @Test func peersLifetimesAndFlagsReachTheKernel() async throws {
        let (listed, removed, left) = try await inNamespace {
            try shell("ip link add va type veth peer name vb; ip link set va up; ip link set vb up")
            var netlink = try NetlinkSocket()
            let a = try netlink.link(named: "va").index
            var options = AddressOptions()
            options.peer = try parse("192.0.2.9")
            options.numberedScope = 33
            try netlink.add(try parse("198.51.100.7"), prefixLength: 24, to: a, options: options)
            options = AddressOptions()
            options.peer = try parse("2001:db8:5::9")
            options.isHome = true
            try netlink.add(try parse("2001:db8::7"), prefixLength: 64, to: a, options: options)
            options.peer = nil
            options.managesTemporary = true
            options.preferredSeconds = 5_000
            try netlink.add(try parse("2001:db8:1::7"), prefixLength: 64, to: a, options: options)
            options = AddressOptions()
            options.joinsGroup = true
            try netlink.add(try parse("239.1.2.3"), prefixLength: 32, to: a, options: options)
            let listed = try shell("ip -d addr show dev va; ip maddr show dev va")
            let removed = [
                try netlink.remove(
                    try parse("198.51.100.7"), peer: try parse("192.0.2.9"), prefixLength: 24, from: a),
                try netlink.remove(
                    try parse("2001:db8::7"), peer: try parse("2001:db8:5::9"), prefixLength: 64, from: a),
            ]
            return (listed, removed, try shell("ip addr show dev va"))
        }
        for words in [
            "inet 198.51.100.7 peer 192.0.2.9/24 scope 33", "preferred_lft 5000sec", "inet 239.1.2.3/32",
            "inet6 2001:db8::7 peer 2001:db8:5::9/64 scope global nodad home", "nodad home mngtmpaddr",
            "inet  239.1.2.3",
        ] { #expect(listed.contains(words), "\(words): \(listed)") }
        #expect(removed == [true, true] && !left.contains("198.51.100.7") && !left.contains("2001:db8::7"), "\(left)")
    }

    @Test func theInterfaceOfAnErrorIsNamed() async throws {
        await #expect(throws: NetlinkError.noSuchInterface("#4711")) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                try netlink.add(try parse("192.0.2.1"), prefixLength: 32, to: 4711)
            }
        }
        await #expect(throws: NetlinkError.self) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                try netlink.add(try parse("192.0.2.1"), prefixLength: 33, to: 1)
            }
        }
    }

    @Test func switchedOffIPv6IsSaidSo() async throws {
        let error = await #expect(throws: NetlinkError.self) {
            try await inNamespace {
                try shell("echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6")
                var netlink = try NetlinkSocket()
                try netlink.add(try parse("2001:db8::1"), prefixLength: 128, to: 1)
            }
        }
        #expect(error?.description.contains("disable_ipv6") == true, "\(String(describing: error))")
    }

    @Test func manyAddressesAreAllListed() async throws {
        let count = try await inNamespace {
            var netlink = try NetlinkSocket()
            for n in 0..<2000 as Range<UInt32> {
                let address = IPAddress.v4(IPv4Address(rawValue: 0x0a00_0000 | n))
                try netlink.add(address, prefixLength: 32, to: 1)
            }
            return try netlink.addresses(on: 1).count { $0.prefixLength == 32 }
        }
        #expect(count == 2000)
    }
}

/// A valid address, or an error.
func parse(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else { throw ShellFailure(script: text, output: "no address") }
    return address
}
