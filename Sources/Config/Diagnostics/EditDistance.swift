/// The candidate that `word` is most likely a slip of: the fewest edits, at most a third of its length and three; the
/// first among equals; nil if there is none. Words of more than 64 bytes are no slips.
func nearest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word.utf8)
    guard letters.count <= 64 else { return nil }
    var limit = min(3, max(1, letters.count / 3))
    var best: String?
    for name in candidates where abs(name.utf8.count - letters.count) <= limit {
        let distance = editDistance(letters, Array(name.utf8))
        guard distance <= limit, best == nil || distance < limit else { continue }
        best = name
        limit = distance
        if distance == 0 { break }
    }
    return best
}

/// How many insertions, deletions, substitutions and swaps of neighbours turn one word into the other, no place touched
/// twice (optimal string alignment).
func editDistance(_ from: [UInt8], _ to: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: to.count + 1)
    var last = Array(0...to.count)
    var current = beforeLast
    for row in from.indices {
        current[0] = row + 1
        for column in to.indices {
            let substituted = last[column] + (from[row] == to[column] ? 0 : 1)
            var distance = min(substituted, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
                distance = min(distance, beforeLast[column - 1] + 1)
            }
            current[column + 1] = distance
        }
        (beforeLast, last, current) = (last, current, beforeLast)
    }
    return last[to.count]
}
