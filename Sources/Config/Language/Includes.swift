/// The files that are being read, the innermost last.
struct FileStack {
    var open: [OpenFile] = []
    /// What `include_check` demands now.
    var checks: IncludeChecks = []
    /// How many files and bytes were read in all.
    var fileCount = 0
    var byteCount = 0
    /// How many patterns were looked for, each alternative in braces for itself.
    var patternCount = 0

    /// The innermost file's own directory; "" if its path has no slash.
    var directory: String { open.last?.directory ?? "" }
}

// What `include` reads, and what it checks.
extension LineReader {
    /// How deep files may include each other, and how many files and bytes are read in all: limits against loops and
    /// explosions.
    static let deepestInclude = 32
    static let mostFiles = 4_096
    static let mostBytes = 512 << 20
    /// How many patterns are looked for in all.
    static let mostPatterns = 50_000

    /// Opens the file that everything begins with; whether that succeeds.
    mutating func openMain(_ path: String) -> Bool {
        do throws(ConfigurationSourceError) {
            try open(path, next: [])
            return true
        } catch {
            log.fail(SourceLocation(file: path, line: 0), "the configuration can't be read: \(error.reason)")
            return false
        }
    }

    private mutating func open(_ path: String, next: ArraySlice<String>) throws(ConfigurationSourceError) {
        let bytes = try source.read(path: path)
        files.fileCount += 1
        files.byteCount += bytes.count
        log.texts.add(bytes, path: path)
        files.open.append(OpenFile(path: path, bytes: bytes, checks: files.checks, next: next))
    }

    /// The next line of the innermost file that has one; nil at the end of the last file.
    mutating func nextLine() -> OpenFile.Line? {
        while let last = files.open.indices.last {
            if let line = files.open[last].nextLine() { return line }
            let ended = files.open.removeLast()
            files.checks = ended.checks
            openFirst(of: ended.next, for: ended.include)
        }
        return nil
    }

    /// Does what an `include` or `include_check` line says; whether it is one.
    mutating func follow(_ piece: Piece) -> Bool {
        let end = piece.text.firstIndex(where: \.isBlank) ?? piece.text.endIndex
        if piece.text[..<end].text == "include_check" {
            let statement = Lexer.endOfStatement(piece.text)
            let words = WordSplitter.plain(Token(text: piece.part(piece.text.startIndex..<statement)))
            files.checks.set(words.dropFirst(), piece.location, log: log)
            return false
        }
        let pattern = piece.rest(from: end)
        guard let checks = IncludeChecks(keyword: piece.text[..<end]), !pattern.text.isEmpty else { return false }
        include(pattern, demanded: checks.union(files.checks))
        return true
    }

    private mutating func include(_ pattern: Piece, demanded: IncludeChecks) {
        guard files.patternCount < Self.mostPatterns else {
            log.fail(
                pattern.location, "too much is included: this is not read",
                hint: "at most \(Self.mostPatterns) patterns in all")
            return
        }
        guard let alternatives = BracePattern.alternatives(of: pattern.text) else {
            files.patternCount += BracePattern.most
            log.fail(
                pattern.location, "the braces stand for too many files", hint: "at most \(BracePattern.most)")
            return
        }
        files.patternCount += alternatives.count
        var paths: [String] = []
        var missing: [String] = []
        for alternative in alternatives {
            let name = String(decoding: alternative, as: UTF8.self)
            let found = source.glob(name, relativeTo: files.directory)
            paths += found
            if found.isEmpty, !BracePattern.hasWildcard(alternative) { missing.append(name) }
        }
        guard report(missing, isEmpty: paths.isEmpty, alternatives.count, pattern, demanded) else { return }
        openFirst(of: paths[...], for: Include(location: pattern.location, checks: demanded))
    }

    /// Reports what is missing; whether what is there is read.
    private func report(
        _ missing: [String], isEmpty: Bool, _ alternatives: Int, _ pattern: Piece, _ demanded: IncludeChecks
    ) -> Bool {
        if missing.isEmpty {
            if isEmpty {
                let message = "no file matches '\(pattern.text.text)'"
                if demanded.contains(.wildcardMatch) {
                    log.fail(pattern.location, message, hint: "plain 'include' would allow that")
                } else {
                    log.note(pattern.location, message)
                }
            }
            return !isEmpty
        }
        let isError = demanded.contains(alternatives > 1 ? .braceMatch : .match)
        let names = missing.prefix(3).map { "'\($0)'" }.joined(separator: ", ") + (missing.count > 3 ? ", ..." : "")
        let message = missing.count == 1 ? "there is no file \(names)" : "there are no files \(names)"
        if isError {
            log.fail(pattern.location, message, hint: "plain 'include' would allow that")
        } else {
            log.warn(pattern.location, message)
        }
        return !isEmpty && !isError
    }

    /// Opens the first of some files that can be opened, and remembers the others.
    private mutating func openFirst(of paths: ArraySlice<String>, for include: Include?) {
        guard let include else { return }
        var rest = paths
        while let path = rest.popFirst() {
            guard mayOpen(path, include) else { return }
            do throws(ConfigurationSourceError) {
                try open(path, next: rest)
                files.open[files.open.count - 1].include = include
                return
            } catch {
                let message = "'\(path)' can't be read: \(error.reason): skipped"
                if include.checks.contains(.read) {
                    log.fail(include.location, message)
                } else {
                    log.warn(include.location, message)
                }
            }
        }
    }

    private func mayOpen(_ path: String, _ include: Include) -> Bool {
        if files.open.contains(where: { $0.path == path }) {
            log.fail(include.location, "'\(path)' includes itself")
            return false
        }
        let isDeep = files.open.count >= Self.deepestInclude
        if isDeep || files.fileCount >= Self.mostFiles || files.byteCount >= Self.mostBytes {
            log.fail(
                include.location, "too much is included: '\(path)' is not read",
                hint: "at most \(Self.deepestInclude) deep, \(Self.mostFiles) files and \(Self.mostBytes >> 20) MiB")
            return false
        }
        return true
    }
}

/// The statement that opened a file.
struct Include {
    var location: SourceLocation
    var checks: IncludeChecks
}
