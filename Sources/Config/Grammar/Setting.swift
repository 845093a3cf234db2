/// A value of the configuration and the line that set it. Two are equal if their values are: where a value stands makes
/// no difference.
@propertyWrapper
package struct Setting<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The value in force.
    package var wrappedValue: Value
    /// What set it; nil for the default.
    package internal(set) var origin: SourceLocation?

    /// A default.
    package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

    /// A value that a line set.
    package init(_ value: Value, from origin: SourceLocation) {
        wrappedValue = value
        self.origin = origin
    }

    /// The setting itself, origin and all.
    package var projectedValue: Setting {
        get { self }
        set { self = newValue }
    }

    /// What set it; of a default a place that is nowhere.
    var place: SourceLocation { origin ?? SourceLocation(file: "", line: 0) }

    package static func == (left: Setting, right: Setting) -> Bool { left.wrappedValue == right.wrappedValue }
}

/// What is made by a block of its own.
protocol Located {
    /// The line that begins the block.
    var location: SourceLocation { get }
}
