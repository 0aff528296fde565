package import Foundation

/// Everything that one command asks of the log, decided and encoded: it takes effect whole, or not at all.
package struct AppendCommand: Sendable {
    package var tenant: UUID
    /// 32 bytes: hash of (tenant or installation, actor, route, idempotency key). One key has one outcome.
    package var key: [UInt8]
    /// 32 bytes: hash of the request, so that the same key with another request is told apart.
    package var request: [UInt8]
    /// The streams that it writes or that its decision read, each at most once.
    package var streams: [StreamTouch]
    /// In the order of their positions.
    package var events: [NewEvent]
    /// At most one operation on each counter.
    package var counters: [CounterMove]
    /// The position that the decision observed; the answer's position if there are no events.
    package var seen: Position
    /// Kept with the outcome for whoever asks again with this key. Never a secret or a personal text.
    package var answer: [UInt8]?

    package init(
        tenant: UUID,
        key: [UInt8],
        request: [UInt8],
        streams: [StreamTouch],
        events: [NewEvent],
        counters: [CounterMove] = [],
        seen: Position = 0,
        answer: [UInt8]? = nil
    ) {
        precondition(key.count == 32 && request.count == 32, "keys are SHA-256 hashes")
        self.tenant = tenant
        self.key = key
        self.request = request
        self.streams = streams
        self.events = events
        self.counters = counters
        self.seen = seen
        self.answer = answer
    }
}

/// A stream that a command writes, or guards if no event names it, and the version that it must have.
package struct StreamTouch: Sendable {
    package enum Expected: Sendable, Equatable {
        case exactly(StreamVersion)
        case noStream
        case exists
        case any
    }

    package var stream: UUID
    package var expected: Expected

    package init(_ stream: UUID, _ expected: Expected) {
        self.stream = stream
        self.expected = expected
    }
}

/// An event that is not yet in the log.
package struct NewEvent: Sendable {
    package var id: UUID
    /// One of the command's `streams`.
    package var stream: UUID
    package var type: EventType
    /// JSON text, kept byte for byte.
    package var payload: [UInt8]
    /// JSON text: actor, on-behalf-of, correlation, causation, trace context.
    package var metadata: [UInt8]

    package init(id: UUID = .v7(), stream: UUID, type: EventType, payload: [UInt8], metadata: [UInt8]) {
        self.id = id
        self.stream = stream
        self.type = type
        self.payload = payload
        self.metadata = metadata
    }
}

/// A named counter of the tenant, checked and moved in the append itself.
package struct CounterMove: Sendable {
    package enum Operation: Sendable, Equatable {
        /// value += `amount` if the result is at most `max`, else refused. A negative amount releases; give it `Int64.max`.
        case add(Int32, max: Int64)
        /// value = `number` if it was `number - 1`, else conflict.
        case next(Int32)
    }

    package var counter: UUID
    package var operation: Operation

    package init(_ counter: UUID, _ operation: Operation) {
        self.counter = counter
        self.operation = operation
    }
}
