package import EventStore
package import Events
package import Foundation

/// Something that a caller wants to happen. What it needs to know is loaded first; the decision is pure.
///
/// A command is `Encodable` so that its content can be hashed: the same idempotency key with another content is refused.
package protocol Command: Encodable, Sendable {
    associatedtype State: Sendable
    /// What is kept with the outcome and given again to whoever repeats the key. Identifiers, never personal texts.
    associatedtype Answer: Codable & Sendable

    /// The scope of its idempotency keys, such as `post_message`.
    static var name: String { get }
    /// The stream that an `If-Match` speaks of.
    var target: UUID? { get }

    /// Loads what the decision reads. Every stream loaded here is guarded: if it moves before the append, all is done again.
    func load(by loader: borrowing StateLoader) async throws -> State

    func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer>
}

extension Command {
    package var target: UUID? { nil }
}

/// Who asks, and when.
package struct Caller: Sendable {
    package var tenant: Tenant
    package var actor: Actor
    /// The person who acts or on whose behalf an integration acts; nil for the system itself.
    package var user: UserID?
    package var now: Timestamp

    package init(tenant: Tenant, actor: Actor, user: UserID?, now: Timestamp = .now) {
        self.tenant = tenant
        self.actor = actor
        self.user = user
        self.now = now
    }
}

/// What a command decided: events for the streams that it loaded, and the answer. No events: nothing changes.
package struct Decision<Answer: Sendable>: Sendable {
    package struct Item: Sendable {
        package let stream: UUID
        package let event: any Event
    }

    package private(set) var items: [Item] = []
    package var counters: [CounterMove] = []
    package var answer: Answer

    package init(_ answer: Answer) { self.answer = answer }

    /// Adds an event to a stream.
    package mutating func append<E: Event>(_ event: E, to stream: StreamID<E>) {
        items.append(Item(stream: stream.uuid, event: event))
    }
}

extension Decision where Answer == Done {
    package init() { self.init(Done()) }
}

/// The answer of a command that has nothing to tell.
package struct Done: Codable, Sendable, Equatable {
    package init() {}
}

/// A stream's folded state, and its version (0: the stream does not exist).
package struct Loaded<State: Fold>: Sendable {
    package let id: StreamID<State.Vocabulary>
    package let state: State
    package let version: StreamVersion

    package var exists: Bool { version > 0 }

    package init(id: StreamID<State.Vocabulary>, state: State, version: StreamVersion) {
        self.id = id
        self.state = state
        self.version = version
    }
}
