import Foundation
import Synchronization

@testable import OIDC

/// Time that passes when a test says so.
final class ManualClocks: Sendable {
    private let passed = Mutex<Duration>(.zero)
    private let start = Date().timeIntervalSince1970.rounded()

    var seconds: Double { start + passed.withLock { Double($0.components.seconds) } }

    var clocks: Clocks {
        Clocks(seconds: { self.seconds }, uptime: { self.passed.withLock { $0 } })
    }

    func advance(_ duration: Duration) { passed.withLock { $0 += duration } }
}
