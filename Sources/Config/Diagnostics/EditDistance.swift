/// The candidate that `word` is most likely a slip of: the fewest edits, at most a third of its length and three; the
/// first in order of the alphabet among equals; nil if there is none.
func nearest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word.utf8)
    let limit = min(3, max(1, letters.count / 3))
    var best: (distance: Int, name: String)?
    for name in candidates.sorted() where abs(name.utf8.count - letters.count) <= limit {
        let distance = editDistance(letters, Array(name.utf8))
        if distance <= limit, distance < best?.distance ?? .max { best = (distance, name) }
    }
    return best?.name
}

/// How many insertions, deletions, substitutions and swaps of neighbours turn one word into the other, no place touched
/// twice (optimal string alignment).
func editDistance(_ from: [UInt8], _ to: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...to.count)
    for row in from.indices {
        var current = [row + 1]
        current.reserveCapacity(to.count + 1)
        for column in to.indices {
            let substituted = last[column] + (from[row] == to[column] ? 0 : 1)
            var distance = min(substituted, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
                distance = min(distance, beforeLast[column - 1] + 1)
            }
            current.append(distance)
        }
        beforeLast = last
        last = current
    }
    return last[to.count]
}
