import Foundation
import PackagePlugin

/// Compiles the XDP programs of a target and embeds them: each `NAME.bpf.c` becomes an object for the BPF machine, and that
/// becomes a base64 `StaticString` in a generated Swift file, so that one executable file is all there is to deploy.
///
/// The programs of the product are in `bpf/`; those of the benchmark in `Benchmarks/bpf/`.
@main
struct CompileBPF: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let product = root.appending(path: "bpf")
        let folder = target.name == "sluicebench" ? root.appending(path: "Benchmarks/bpf") : product
        let headers = try files(in: product, suffix: ".h") + files(in: folder, suffix: ".h")
        let clang = try context.tool(named: "clang").url
        return try files(in: folder, suffix: ".bpf.c").map { source in
            let name = source.lastPathComponent.replacingOccurrences(of: ".bpf.c", with: "")
            let output = context.pluginWorkDirectoryURL.appending(path: "\(name)Object.swift")
            let object = context.pluginWorkDirectoryURL.appending(path: "\(name).bpf.o")
            return .buildCommand(
                displayName: "Compiling XDP program \(name)",
                executable: URL(filePath: "/bin/sh"),
                arguments: [
                    root.appending(path: "Scripts/compile-bpf").path, clang.path, source.path, object.path, output.path,
                    product.path,
                ],
                inputFiles: [source, root.appending(path: "Scripts/compile-bpf")] + headers,
                outputFiles: [output])
        }
    }

    private func files(in folder: URL, suffix: String) throws -> [URL] {
        guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else { return [] }
        return walk.compactMap { $0 as? URL }.filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path }
    }
}
