internal import Foundation

/// The two times that matter: the one that tokens are dated by, and one that never jumps, by which documents grow old.
package struct Clocks: Sendable {
    /// Seconds since 1970.
    package let seconds: @Sendable () -> Double
    package let uptime: @Sendable () -> Duration

    package init(seconds: @escaping @Sendable () -> Double, uptime: @escaping @Sendable () -> Duration) {
        self.seconds = seconds
        self.uptime = uptime
    }

    package static let system: Clocks = {
        let start = ContinuousClock.now
        return Clocks(seconds: { Date().timeIntervalSince1970 }, uptime: { ContinuousClock.now - start })
    }()
}
