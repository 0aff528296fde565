internal import Foundation
internal import Synchronization

/// Letters that were not taken, and when each is tried again. A process that begins anew tries all of them at once.
final class Retries: Sendable {
    private struct Entry {
        var failures = 0
        var due: ContinuousClock.Instant
    }

    /// How long one waits that has failed so often: a minute, then twice as long each time, up to half an hour.
    static func pause(after failures: Int) -> Duration { .seconds(min(60 << min(failures - 1, 10), 1800)) }

    private let clock: @Sendable () -> ContinuousClock.Instant
    private let entries = Mutex<[UUID: Entry]>([:])

    init(clock: @escaping @Sendable () -> ContinuousClock.Instant) { self.clock = clock }

    func putOff(_ letter: UUID) {
        let now = clock()
        entries.withLock { entries in
            var entry = entries[letter] ?? Entry(due: now)
            entry.failures += 1
            entry.due = now + Self.pause(after: entry.failures)
            entries[letter] = entry
        }
    }

    /// Those that are not to be tried yet.
    func waiting() -> [UUID] {
        let now = clock()
        return entries.withLock { entries in
            // What nobody has put off again a day later was sent, or has lapsed.
            entries = entries.filter { $0.value.due + .seconds(86_400) > now }
            return entries.filter { $0.value.due > now }.map(\.key)
        }
    }
}
