package import EventStore
package import Events
package import Foundation
package import Logging

/// What surrounds a command: who, under which key, on what condition.
package struct CommandContext: Sendable {
    package var caller: Caller
    /// The client's key; without one the handler makes a key of its own, so that its retries are safe.
    package var idempotencyKey: String?
    /// The version that `If-Match` names.
    package var ifMatch: StreamVersion?
    package var correlation: UUID?
    package var traceparent: String?

    package init(
        caller: Caller,
        idempotencyKey: String? = nil,
        ifMatch: StreamVersion? = nil,
        correlation: UUID? = nil,
        traceparent: String? = nil
    ) {
        self.caller = caller
        self.idempotencyKey = idempotencyKey
        self.ifMatch = ifMatch
        self.correlation = correlation
        self.traceparent = traceparent
    }
}

/// What came of a command.
package struct CommandResult<Answer: Sendable>: Sendable {
    package let answer: Answer
    /// The position of its last event, or the one that its decision observed if it changed nothing.
    package let position: Position
    /// Its commit's time; nil if it changed nothing or was answered before.
    package let recordedAt: Timestamp?
    /// The version that its target has now, if known.
    package let version: StreamVersion?
    /// True if this key was answered before and this is that answer again.
    package let replayed: Bool
}

/// Why a command came to nothing.
package enum CommandError: Error, Sendable {
    case refused(Refusal)
    /// The idempotency key was used for another request: 422.
    case keyReused
    /// Streams kept moving: 409 `conflict`, try again.
    case conflict
    /// The log's queue is full: 503.
    case overloaded
    /// A store is away; the outcome may be unknown, the same key is safe to send again: 503.
    case unavailable(String)
}

/// Loads, decides, appends with the versions that the decision read, and does it all again when one moved.
package final class CommandHandler: Sendable {
    package let log: EventLog
    package let codec: EventCodec

    package init(log: EventLog, codec: EventCodec, logger: Logger, cacheCapacity: Int = 100_000) {
        fatalError("seam")
    }

    package func handle<C: Command>(
        _ command: C,
        in context: CommandContext
    ) async throws(CommandError) -> CommandResult<C.Answer> {
        fatalError("seam")
    }
}

/// Gives a command the states that it asks for and notes their versions as guards.
package struct StateLoader: ~Copyable, Sendable {
    /// The folded state of a stream, guarded.
    package func load<S: Fold>(_ state: S.Type, _ id: StreamID<S.Vocabulary>) async throws -> Loaded<S> {
        fatalError("seam")
    }

    /// The folded state of a stream, not guarded: for what may be a moment old without harm.
    package func peek<S: Fold>(_ state: S.Type, _ id: StreamID<S.Vocabulary>) async throws -> Loaded<S> {
        fatalError("seam")
    }
}
