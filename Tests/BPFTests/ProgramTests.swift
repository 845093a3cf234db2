import CLibBPF
import Foundation
import Linux
import Testing

@testable import BPF

@Suite("Programs, objects and links", .enabled(if: isRoot, "needs root")) struct ProgramTests {
    let packet = [UInt8](repeating: 0xab, count: 60)

    @Test func `A test run gives verdict and packet`() throws {
        let run = try returning(2).testRun(packet: packet)
        #expect(run.returnValue == 2 && run.output == packet)
        #expect(throws: BPFError.self) { try returning(2).testRun(packet: [1, 2, 3]) }
    }

    @Test func `A program says what it is`() throws {
        let program = try returning(1, name: "what")
        #expect(program.name == "what" && program.info.verifiedInstructions == 2 && program.info.mapIDs.isEmpty)
        #expect(try Program(id: program.info.id).info == program.info)
    }

    @Test func `A refused program's error has the verifier's words`() throws {
        // r0 is never set.
        let error = #expect(throws: BPFError.self) { try Program(name: "bad", instructions: [0x95]) }
        #expect(error?.operation == "load program" && error?.object == "bad")
        #expect(error?.log.contains { $0.contains("R0 !read_ok") } == true)
    }

    @Test func `An object is adjusted before it is loaded`() throws {
        try withPinFolder { folder in
            let object = try Object(compile(sample), name: "sample")
            #expect(object.programNames == ["answer", "refused", "interface"])
            try object.setAutoload(ofProgram: "refused", false)
            try object.setInitialValue(ofMap: ".rodata.config", UInt64(3))
            try object.setMaxEntries(ofMap: "hits", 100)
            try object.setPinPath(ofMap: "hits", "\(folder)/hits")
            try object.load()
            let program = try object.program("answer")
            #expect(try program.testRun(packet: packet, repeat: 5).returnValue == 3)
            let hits = try Map(pinned: "\(folder)/hits")
            #expect(hits.info.maxEntries == 100)
            #expect(try hits.lookup(UInt32(0), as: UInt64.self) == 5)
            #expect(program.info.mapIDs.contains(hits.info.id))
            #expect(try object.map("hits").info.id == hits.info.id)
            #expect(throws: BPFError.self) { try object.program("refused") }
        }
    }

    @Test func `A pinned map is taken over, one of another layout is refused`() throws {
        try withPinFolder { folder in
            let bytes = try compile(sample)
            func load(entries: Int) throws -> Map {
                let object = try Object(bytes, name: "sample")
                try object.setAutoload(ofProgram: "refused", false)
                try object.setMaxEntries(ofMap: "hits", entries)
                try object.setPinPath(ofMap: "hits", "\(folder)/hits")
                try object.load()
                return try object.map("hits")
            }
            let first = try load(entries: 4)
            #expect(try load(entries: 4).info.id == first.info.id)
            let error = #expect(throws: BPFError.self) { try load(entries: 5) }
            #expect(error?.errno == EINVAL)
        }
    }

    @Test func `An object may use another's map`() throws {
        let map = try Map(
            type: BPF_MAP_TYPE_ARRAY, name: "mine", keySize: 4, valueSize: 8, maxEntries: 4,
            flags: UInt32(BPF_F_MMAPABLE))
        let object = try Object(compile(sample), name: "sample")
        try object.setAutoload(ofProgram: "refused", false)
        try object.reuse(map, asMap: "hits")
        try object.load()
        _ = try object.program("answer").testRun(packet: packet)
        #expect(try map.lookup(UInt32(0), as: UInt64.self) == 1)
    }

    @Test func `An object's errors name what is wrong`() throws {
        let broken = #expect(throws: BPFError.self) { try Object([1, 2, 3], name: "junk") }
        #expect(broken?.object == "junk")
        let object = try Object(compile(sample), name: "sample")
        let missing = #expect(throws: BPFError.self) { try object.setMaxEntries(ofMap: "hit", 1) }
        #expect(missing?.description.contains("it has hits") == true)
        #expect(throws: BPFError.self) { try object.setInitialValue(ofMap: ".rodata.config", UInt32(3)) }
        let refused = #expect(throws: BPFError.self) { try object.load() }
        #expect(refused?.log.contains { $0.contains("invalid access to packet") } == true)
        #expect(refused?.remedy == "the kernel's verifier refuses the program")
    }

    @Test func `A test run may come by an interface`() async throws {
        let bytes = try compile(sample)
        let packet = packet
        let verdict = try await NetworkNamespace.fresh.run {
            let object = try Object(bytes, name: "sample")
            try object.setAutoload(ofProgram: "refused", false)
            try object.load()
            try ip("link add v0 type veth peer name v1")
            return try object.program("interface").testRun(packet: packet, ifindex: if_nametoindex("v0")).returnValue
                == if_nametoindex("v0")
        }
        #expect(verdict)
    }

    @Test(arguments: [XDPMode.native, .generic])
    func `A link attaches, is replaced, pinned, found again and detached`(mode: XDPMode) async throws {
        let steps = try await NetworkNamespace.fresh.run {
            try ip("link add v0 type veth peer name v1")
            let index = if_nametoindex("v0")
            let first = try returning(2, name: "first")
            let second = try returning(1, name: "second")
            var seen: [UInt32?] = []
            try withPinFolder { folder in
                do {
                    let link = try Link(xdp: first, ifindex: index, mode: mode)
                    seen.append(try XDPAttachment(ifindex: index).programID == first.info.id ? 1 : 0)
                    try link.update(to: second)
                    try link.pin("\(folder)/link")
                }
                let attachment = try XDPAttachment(ifindex: index)
                seen.append((mode == .native ? attachment.native : attachment.generic) == second.info.id ? 1 : 0)
                let info = try Link(pinned: "\(folder)/link").info()
                seen.append(info.ifindex == index && info.programID == second.info.id ? 1 : 0)
                try Link(pinned: "\(folder)/link").detach()
                seen.append(try XDPAttachment(ifindex: index).programID)
            }
            return seen
        }
        #expect(steps == [1, 1, 1, nil])
    }

    @Test func `A taken interface is explained`() async throws {
        let errors = try await NetworkNamespace.fresh.run {
            let program = try returning(2)
            let link = try Link(xdp: program, ifindex: 1, mode: .generic)
            var errors: [BPFError] = []
            for (ifindex, mode) in [(1, XDPMode.generic), (1, .native), (99, .generic)] {
                do throws(BPFError) { _ = try Link(xdp: program, ifindex: UInt32(ifindex), mode: mode) } catch {
                    errors.append(error)
                }
            }
            try link.detach()
            return errors
        }
        #expect(errors.count == 3)
        #expect(errors[0].errno == EBUSY && errors[0].description.contains("another XDP program"))
        #expect(errors[2].description.contains("no such network interface"))
    }
}

@Suite("Embedded objects") struct Base64Tests {
    @Test func `Base64 is decoded as RFC 4648 section 10 has it`() {
        let vectors = [
            "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
            "foobar": "Zm9vYmFy",
        ]
        for (plain, encoded) in vectors { #expect(decodeBase64(encoded.utf8) == Array(plain.utf8)) }
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        #expect(decodeBase64(Data(bytes).base64EncodedString().utf8) == bytes)
        for junk in ["Z", "Zm9*", "Zg==Zg"] { #expect(decodeBase64(junk.utf8) == nil) }
    }
}
