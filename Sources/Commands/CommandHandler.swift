package import EventStore
package import Events
package import Foundation
package import Logging
internal import Tracing

/// What surrounds a command: who, under which key, on what condition.
package struct CommandContext: Sendable {
    package var caller: Caller
    /// The client's key; without one the handler makes a key of its own, so that its retries are safe.
    package var idempotencyKey: String?
    /// The version that `If-Match` names.
    package var ifMatch: StreamVersion?
    package var correlation: UUID?
    package var traceparent: String?
    /// What the log says it was asked by.
    package var requestID: String?

    package init(
        caller: Caller,
        idempotencyKey: String? = nil,
        ifMatch: StreamVersion? = nil,
        correlation: UUID? = nil,
        traceparent: String? = nil,
        requestID: String? = nil
    ) {
        self.caller = caller
        self.idempotencyKey = idempotencyKey
        self.ifMatch = ifMatch
        self.correlation = correlation
        self.traceparent = traceparent
        self.requestID = requestID
    }
}

extension CommandContext {
    /// What the log says of every command: never its content, and its key only as a hash.
    fileprivate func logged(_ name: String, _ id: String?, _ more: Logger.Metadata) -> Logger.Metadata {
        var metadata = more
        metadata["command"] = .string(name)
        metadata["tenant"] = .string(caller.tenant.id.text)
        if let id { metadata["command_id"] = .string(id) }
        if let requestID { metadata["request_id"] = .string(requestID) }
        // Its second part.
        if let trace = traceparent?.split(separator: "-").dropFirst().first {
            metadata["trace_id"] = .string(String(trace))
        }
        return metadata
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
    /// Something is broken, such as an event that does not decode: 500. The text is for the operator's log.
    case failed(String)
}

/// Loads, decides, appends with the versions that the decision read, and does it all again when one moved.
///
/// States come from a cache that may be old, since other processes write too. An append finds that out by its guards. A
/// refusal, or a decision that nothing changes, is held against the log before it is final.
package final class CommandHandler: Sendable {
    package let log: EventLog
    package let codec: EventCodec
    let cache: AggregateCache
    let gate = WriteGate()
    private let logger: Logger

    /// `cacheCapacity` streams of together about `cacheBytes` bytes are remembered.
    package init(
        log: EventLog,
        codec: EventCodec,
        logger: Logger,
        cacheCapacity: Int = 100_000,
        cacheBytes: Int = 256 << 20
    ) {
        self.log = log
        self.codec = codec
        self.logger = logger
        cache = AggregateCache(capacity: cacheCapacity, bytes: cacheBytes)
    }

    package func handle<C: Command>(
        _ command: C,
        in context: CommandContext
    ) async throws(CommandError) -> CommandResult<C.Answer> {
        var id: String?
        do {
            let run = try CommandRun(command, in: context, by: self)
            id = run.id
            let result = try await withSpan("command \(C.name)") { _ in try await run.run() }
            let outcome = result.replayed ? "replayed" : "done"
            logger.debug("command", metadata: context.logged(C.name, id, ["outcome": "\(outcome)"]))
            return result
        } catch {
            let error = CommandError(error)
            switch error {
            case .failed(let reason):
                logger.error("command failed", metadata: context.logged(C.name, id, ["reason": "\(reason)"]))
            case .refused(let refusal):
                logger.debug("command", metadata: context.logged(C.name, id, ["outcome": "\(refusal.code)"]))
            case .keyReused, .conflict, .overloaded, .unavailable:
                logger.debug("command", metadata: context.logged(C.name, id, ["outcome": "\(error)"]))
            }
            throw error
        }
    }

    /// Forgets all states; the next decisions read them from the log.
    package func clearCache() { cache.removeAll() }
}

extension CommandError {
    init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let refusal as Refusal: self = .refused(refusal)
        case AppendError.overloaded: self = .overloaded
        case AppendError.unavailable(let reason): self = .unavailable(reason)
        case AppendError.fenced: self = .unavailable("the partition has moved to another server")
        case AppendError.closed: self = .unavailable("the log is closed")
        case is CancellationError: self = .unavailable("the request was cancelled")
        case let error where EventLog.isAway(error): self = .unavailable("\(error)")
        default: self = .failed("\(error)")
        }
    }
}
