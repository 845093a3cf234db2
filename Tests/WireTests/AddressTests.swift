import Testing

@testable import Wire

@Suite struct AddressTests {
    @Test(
        "RFC 5952 section 4: the canonical text",
        arguments: [
            ("2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:DB8::ABCD", "2001:db8::abcd"),
            ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("fe80:0:0:0:0:0:0:0", "fe80::"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::ffff:c000:201", "::ffff:192.0.2.1"),
        ])
    func canonical(text: String, expected: String) throws {
        let address = try #require(IPv6Address(text))
        #expect(address.description == expected)
        #expect(IPv6Address(expected) == address)
    }

    @Test(arguments: [
        "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%eth0",
        "1:2:3:4:5:6:7::8",
        "192.0.2.1::", "::192.0.2.256", " ::1", "+1::",
    ])
    func isNoIPv6Address(text: String) { #expect(IPv6Address(text) == nil) }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.", "a.b.c.d", "+1.2.3.4", " 1.2.3.4"])
    func isNoIPv4Address(text: String) { #expect(IPv4Address(text) == nil) }

    @Test func bytesRoundTrip() throws {
        for text in ["192.0.2.1", "2001:db8::1:ff00:42"] {
            let address = try #require(IPAddress(text))
            #expect(IPAddress(bytes: address.bytes) == address)
        }
        #expect(IPAddress("192.0.2.1")?.bytes == [192, 0, 2, 1])
        #expect(IPAddress(bytes: [1, 2, 3]) == nil)
    }

    @Test func textWithPort() {
        #expect(IPAddress("192.0.2.1")?.text(withPort: 80) == "192.0.2.1:80")
        #expect(IPAddress("2001:db8::1")?.text(withPort: 80) == "[2001:db8::1]:80")
    }

    @Test func orderIsIPv4First() throws {
        let texts = ["10.0.0.2", "192.0.2.1", "::1", "2001:db8::"]
        let addresses = try texts.map { try #require(IPAddress($0)) }
        #expect(addresses.reversed().sorted() == addresses)
    }

    @Test func macAddress() {
        #expect(MACAddress("02:00:5E:00:01:ff")?.description == "02:00:5e:00:01:ff")
        for text in ["", "02:00:00:00:00", "02:00:00:00:00:0", "02:00:00:00:00:00:00", "0g:00:00:00:00:00"] {
            #expect(MACAddress(text) == nil, "\(text)")
        }
    }
}

@Suite struct PrefixTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("192.0.2.77/32", "192.0.2.77", true), ("192.0.2.77/32", "192.0.2.76", false),
        ("192.0.2.77", "192.0.2.77", true),
        ("192.0.2.129/25", "192.0.2.255", true), ("192.0.2.129/25", "192.0.2.127", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8::/64", "2001:db8::ffff:0:0:0", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::8000:0:0:0/65", "2001:db8::7fff:0:0:0", false), ("2001:db8::1/128", "2001:db8::1", true),
        ("2001:db8::1/128", "2001:db8::", false), ("::/0", "ffff::", true), ("::/0", "192.0.2.1", false),
    ])
    func contains(prefix: String, address: String, expected: Bool) throws {
        #expect(try #require(Prefix(prefix)).contains(#require(IPAddress(address))) == expected)
    }

    @Test(arguments: [
        "", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2/24", "::/129", "::/1/1",
    ])
    func isNoPrefix(text: String) { #expect(Prefix(text) == nil) }

    @Test func textAndNetwork() throws {
        let prefix = try #require(Prefix("192.0.2.77/24"))
        #expect(prefix.description == "192.0.2.77/24")
        #expect(prefix.network == IPAddress("192.0.2.0"))
    }
}
