internal import Foundation

/// The Redis server for tests, from `DAYBOOK_TEST_REDIS`. Tests run side by side: each takes keys or a database of its own.
package enum TestRedis {
    /// Such as `redis://127.0.0.1:6390/0`; nil when there is none.
    package static var url: String? { ProcessInfo.processInfo.environment["DAYBOOK_TEST_REDIS"] }
}
