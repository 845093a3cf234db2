/// `interface_up_down_delays`: how long an interface has to stay as it is before that counts.
package struct InterfaceDelays: Hashable, Sendable {
    package var interface: String
    /// In seconds, 0 to 255, after it went down.
    package var down: Double
    /// The same after it came up.
    package var up: Double
}
