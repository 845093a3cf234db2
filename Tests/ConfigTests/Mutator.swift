@testable import Config

/// Makes hostile configurations of good ones: bytes turned, words lost, doubled and swapped, parts of two files put together,
/// and fragments put in that have hurt parsers before.
struct Mutator {
    private var random: SmallGenerator
    private let texts: [[UInt8]]

    init(seed: UInt64, texts: [[UInt8]]) {
        random = SmallGenerator(state: seed)
        self.texts = texts
    }

    /// Another configuration, of 64 KiB at most.
    mutating func next() -> [UInt8] {
        var text = texts.randomElement(using: &random)!
        for _ in 0..<Int.random(in: 1...12, using: &random) { mutate(&text) }
        return Array(text.prefix(65_536))
    }

    private mutating func mutate(_ text: inout [UInt8]) {
        let place = Int.random(in: 0...text.count, using: &random)
        let end = min(text.count, place + Int.random(in: 0...40, using: &random))
        switch Int.random(in: 0..<9, using: &random) {
        case 0: if place < text.count { text[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case 1: if place < text.count { text[place] = UInt8.random(in: 0...255, using: &random) }
        case 2: text.removeSubrange(place..<end)
        case 3: text.insert(contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &random))
        case 4: splice(&text, at: place)
        case 5: changeWords(&text, near: place)
        default: text.insert(contentsOf: Array(Self.fragments.randomElement(using: &random)!.utf8), at: place)
        }
    }

    /// The beginning of this one and the end of another one.
    private mutating func splice(_ text: inout [UInt8], at place: Int) {
        let other = texts.randomElement(using: &random)!
        text = Array(text[..<place] + other[Int.random(in: 0...other.count, using: &random)...])
    }

    /// Removes, doubles or swaps words of a line.
    private mutating func changeWords(_ text: inout [UInt8], near place: Int) {
        let start = (text[..<place].lastIndex(of: 0x0A) ?? -1) + 1
        let end = text[place...].firstIndex(of: 0x0A) ?? text.endIndex
        var words = text[start..<end].split(separator: 0x20)
        guard let index = words.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: words.remove(at: index)
        case 1: words.insert(words[index], at: words.indices.randomElement(using: &random)!)
        default: words.swapAt(index, words.indices.randomElement(using: &random)!)
        }
        text.replaceSubrange(start..<end, with: Array(words.joined(separator: [0x20])))
    }

    private static let fragments =
        [
            "{", "}", "\"", "'", "\\", "\\#", "#", "!", "\n", "\r\n", "\t ", "$", "${", "@", "@^edge-a ", "~", "-", "/",
            "::", "-1", "0", "4294967296", "99999999999999999999", "1e308", "nan", "0x7f", "\u{0}", "\u{FEFF}", "é",
            "\n$A=$A\n$A\n", "\n$A=$B$B\n$B=$A$A\n${A}\n", "\n$M= \\\n$M \\\n$M\n$M\n", "\n$X=${X}${X}\n$X ${X}\n",
            "\n$L1=aaaaaaaa\n$L2=${L1}${L1}${L1}\n$L3=${L2}${L2}${L2}\n$L4=${L3}${L3}${L3}\n${L4}${L4}\n",
            "~SEQ(i,1,999999999) x${i} ", "~SEQ(i,1,0,5) ", "~SEQ(i,-9223372036854775808,9223372036854775807) ",
            "~SEQ(i,1,300)~SEQ(j,1,300)~SEQ(k,1,300) ", "~SEQ(", "~SEQ(a,1,9223372036854775807,2) ", "~LST(",
            "~LST({a,b},{c})",
            "~LST({},{}) ", "~LST(a,,,,) ", "~SEQx(a,0,ffffffffffffffffff) ", "${_RANDOM 9 1}",
            "${_RANDOM 99999999999999999999}",
            "${_ENV }", "${_PWD", "${_HASH}", "\ninclude t.conf\n", "\ninclude b.conf\n", "\ninclude *\n",
            "\nincludea {{{a,b},c},\n",
            "\ninclude " + String(repeating: "{a,b}", count: 40) + "\n",
            "\ninclude " + String(repeating: "../", count: 300) + "x\n",
            "vrrp_instance V {\n", "virtual_server 10.0.0.1 80 {\n", "real_server 10.0.0.1 80 {\n",
            "virtual_server_group G {\n",
            "group G", "fwmark 4294967295", "10.0.0.1-255.255.255.255 80\n", "::/0 80\n", "0.0.0.0/0 80\n",
            "virtual_ipaddress {",
            "virtual_routes {\n", "static_rules {\n", "priority ", "weight ", "advert_int ", "TCP_CHECK {",
            "HTTP_GET { url {",
            "status_code 1-99999999999999999999 ", "digest ", "regex [a", "global_defs {\n",
            "track_script { a weight -254 reverse",
            "umask IRUSR|", "lvs_sync_daemon ", "sluice_flow_table 18446744073709551615\n", "persistence_timeout ",
        ] + [
            String(repeating: "{", count: 3_000), String(repeating: "a {\n", count: 300),
            String(repeating: "}", count: 3_000),
            String(repeating: "x", count: 5_000), String(repeating: "\"", count: 999),
            String(repeating: "\\", count: 999),
            String(repeating: "$", count: 999), String(repeating: "~SEQ(i,1,2)", count: 60),
            String(repeating: "virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\n", count: 40),
        ]
}
