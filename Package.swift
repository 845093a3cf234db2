// swift-tools-version: 6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A Swift module of ours: the list of imports is the architecture (imports go down only, see ARCHITECTURE.md).
func module(_ name: String, _ dependencies: [Target.Dependency], plugins: [Target.PluginUsage] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings, plugins: plugins)
}

func executable(_ name: String, _ dependencies: [Target.Dependency], plugins: [Target.PluginUsage] = []) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + [.product(name: "ArgumentParser", package: "swift-argument-parser")],
        swiftSettings: swiftSettings, plugins: plugins)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: swiftSettings)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluiced", targets: ["sluiced"]),
        .executable(name: "sluicectl", targets: ["sluicectl"]),
        .executable(name: "sluicebench", targets: ["sluicebench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    ],
    targets: [
        // 0: C. The header that both sides of the maps include, and the system's libraries.
        .target(name: "CSluiceABI", path: "bpf/abi"),
        .target(name: "CBenchABI", path: "Benchmarks/abi"),
        .systemLibrary(name: "CLibBPF", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev", "libelf-dev"])]),
        .systemLibrary(
            name: "CLibNL", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
        .target(name: "CShim", dependencies: ["CLibBPF", "CLibNL"]),
        // 1
        module("Wire", []),
        // 2: pure machines and tables, and wrappers of IO.
        module("Scheduling", []),
        module("Config", ["Wire"]),
        module("VRRP", ["Wire"]),
        module("Health", ["Wire"]),
        module("BPF", ["CLibBPF", "CShim", "Linux"]),
        module("Netlink", ["CLibNL", "CShim", "Linux", "Wire"]),
        module("Linux", ["CShim", "Wire"]),
        // 3
        module("Plan", ["CSluiceABI", "Config", "Scheduling", "Wire"]),
        module("Datapath", ["BPF", "CSluiceABI", "CShim", "Linux", "Plan", "Wire"], plugins: ["CompileBPF"]),
        // 4
        module(
            "Director",
            ["BPF", "CShim", "CSluiceABI", "Config", "Datapath", "Linux", "Netlink", "Plan", "VRRP", "Wire", log]),
        // 5
        executable("sluiced", ["Config", "Datapath", "Director", "Linux", "Wire", log]),
        executable("sluicectl", ["CSluiceABI", "Config", "Datapath", "Director", "Linux", "Netlink", "Wire"]),
        executable(
            "sluicebench", ["BPF", "CBenchABI", "CSluiceABI", "Config", "Datapath", "Linux", "Plan", "Wire"],
            plugins: ["CompileBPF"]),
        .plugin(name: "CompileBPF", capability: .buildTool()),
        // Tests, one target a module; LabTests sends real traffic through namespaces.
        tests("RulesTests", []),
        tests("WireTests", ["Wire"]),
        tests("SchedulingTests", ["Scheduling"]),
        tests("ConfigTests", ["Config", "Wire"], exclude: ["Corpus", "Golden"]),
        tests("VRRPTests", ["VRRP", "Wire"], resources: [.copy("Golden")]),
        tests("HealthTests", ["Health", "Wire"]),
        tests("BPFTests", ["BPF", "Linux"]),
        tests("NetlinkTests", ["Netlink", "Linux", "Wire"]),
        tests("PlanTests", ["Plan", "Config", "Scheduling", "Wire", "CSluiceABI"]),
        .target(name: "CAllocationCount", path: "Tests/Support/AllocationCount"),
        tests("DirectorTests", ["CAllocationCount", "Director", "Config", "Linux", "VRRP", "Wire"]),
        tests("DatapathTests", ["Datapath", "BPF", "Plan", "Config", "CSluiceABI", "Scheduling", "Wire", "Linux"]),
        tests("LabTests", [], resources: [.copy("Tools")]),
    ],
    swiftLanguageModes: [.v6]
)
