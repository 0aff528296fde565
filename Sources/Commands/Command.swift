package import EventStore
package import Events
package import Foundation

/// Something that a caller wants to happen. What it needs to know is loaded first; the decision is pure.
///
/// A command is `Encodable` so that its content can be hashed: the same idempotency key with another content is
/// refused. What may differ between a request and its retry (a hint from a read model, an identifier that the server
/// made) is left out of its coding keys.
package protocol Command: Encodable, Sendable {
    associatedtype State: Sendable
    /// What is kept with the outcome and given again to whoever repeats the key. Identifiers, never personal texts.
    associatedtype Answer: Codable & Sendable

    /// The scope of its idempotency keys, such as `post_message`.
    static var name: String { get }
    /// The stream that an `If-Match` speaks of.
    var target: UUID? { get }

    /// Loads what the decision reads. Every stream loaded here is guarded: if it moves before the append, all is done
    /// again.
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
    /// The person who acts or on whose behalf an integration acts; nil for the system itself, and for an integration
    /// that acts for nobody in particular: both may do what administrators may.
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
        /// Whose doing it is, if not the caller's.
        package let onBehalfOf: UserID?
    }

    package private(set) var items: [Item] = []
    package private(set) var counters: [CounterMove] = []
    /// What is said when a counter has no room, by counter.
    private(set) var limits: [UUID: @Sendable (_ value: Int64) -> Refusal] = [:]
    package var answer: Answer

    package init(_ answer: Answer) { self.answer = answer }

    /// Adds an event to a stream that the command has loaded.
    ///
    /// - Parameter user: on whose behalf an integration does it, where that is not the same for all events.
    package mutating func append<E: Event>(_ event: E, to stream: StreamID<E>, onBehalfOf user: UserID? = nil) {
        items.append(Item(stream: stream.uuid, event: event, onBehalfOf: user))
    }

    /// Moves a counter of the tenant with the events, at most once a counter; if that takes it past `max`, the command
    /// is refused with `refusal`. The log judges this, so that racing commands cannot both take the last unit.
    package mutating func count(_ counter: UUID, by amount: Int32, max: Int64, else refusal: Refusal) {
        count(counter, by: amount, max: max) { _ in refusal }
    }

    /// - Parameter refusal: is told the value that the counter had.
    package mutating func count(
        _ counter: UUID,
        by amount: Int32,
        max: Int64,
        else refusal: @escaping @Sendable (_ value: Int64) -> Refusal
    ) {
        precondition(limits[counter] == nil, "a decision moves a counter at most once")
        counters.append(CounterMove(counter, .add(amount, max: max)))
        limits[counter] = refusal
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
