package import Foundation

/// What the log says to one command.
package enum AppendVerdict: Sendable, Equatable {
    /// Committed and durable. Without events `first` is 0 and `last` the position that the decision observed.
    case accepted(Accepted)
    /// A stream or a `next` counter is not where the command expects it. The versions that the touched streams have now.
    case conflict([UUID: StreamVersion])
    /// A counter has no room. The values that the touched counters had.
    case refused([UUID: Int64])
    /// This key was answered before, with the same request.
    case duplicate(first: Position, last: Position, answer: [UInt8]?)
    /// This key was answered before, for another request.
    case keyReused

    package struct Accepted: Sendable, Equatable {
        package var first: Position
        package var last: Position
        /// The version that each touched stream has after the command.
        package var versions: [UUID: StreamVersion]
        /// Microseconds since 1970; the commit's time.
        package var committedAt: Int64

        package init(first: Position, last: Position, versions: [UUID: StreamVersion], committedAt: Int64) {
            self.first = first
            self.last = last
            self.versions = versions
            self.committedAt = committedAt
        }
    }
}

/// Why the log gave no verdict. The outcome is unknown unless the error says otherwise; the same key may be sent again.
package enum AppendError: Error, Sendable, Equatable {
    /// The bounded queue is full; nothing was tried.
    case overloaded
    /// Postgres is away, longer than the appender kept trying.
    case unavailable(String)
    /// The partition has moved: this process's epoch is old.
    case fenced
    /// The log refused the command's form; nothing was written.
    case malformed(String)
    case closed
}
