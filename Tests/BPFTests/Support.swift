import Foundation

@testable import BPF

/// A program of two instructions: `r0 = value; exit`.
func returning(_ value: UInt64, name: String = "constant") throws -> Program {
    try Program(name: name, instructions: [value << 32 | 0xb7, 0x95])
}

/// Runs `body` with a new folder in a BPF file system, and removes what is in it afterwards.
func withPinFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = "/sys/fs/bpf/bpf-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
    return try body(folder)
}

/// Whether tests may use BPF and namespaces.
let isRoot = geteuid() == 0

/// Runs `ip` in the calling thread's network namespace.
func ip(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "ip \(arguments)"]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(command: "ip \(arguments)") }
}

struct Failed: Error { let command: String }

/// Compiles a program with the toolchain's clang.
func compile(_ source: String) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "bpf-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appending(path: "sample.bpf.c")
    let output = folder.appending(path: "sample.o")
    try source.write(to: input, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
        "-c",
        "clang -target bpf -O2 -g -isystem /usr/include/$(uname -m)-linux-gnu -c '\(input.path)' -o '\(output.path)'",
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(command: "clang") }
    return [UInt8](try Data(contentsOf: output))
}

/// What the tests of `Object` load: `answer` returns what its read-only data says and counts in a map.
let sample = """
    #include <linux/bpf.h>
    #include <bpf/bpf_helpers.h>
    const volatile struct { __u32 verdict; __u32 other; } config SEC(".rodata.config") = { 1, 0 };
    struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __type(key, __u32);
        __type(value, __u64);
        __uint(max_entries, 4);
        __uint(map_flags, BPF_F_MMAPABLE);
        __uint(pinning, LIBBPF_PIN_BY_NAME);
    } hits SEC(".maps");
    SEC("xdp") int answer(struct xdp_md *ctx)
    {
        __u32 zero = 0;
        __u64 *hit = bpf_map_lookup_elem(&hits, &zero);
        if (hit)
            *hit += 1;
        return config.verdict;
    }
    SEC("xdp") int refused(struct xdp_md *ctx)
    {
        return *(__u32 *)(long)ctx->data;
    }
    SEC("xdp") int interface(struct xdp_md *ctx) { return ctx->ingress_ifindex; }
    char _license[] SEC("license") = "GPL";
    """
