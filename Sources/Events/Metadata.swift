internal import EventStore
package import Foundation

/// Who acts.
package enum Actor: Codable, Hashable, Sendable {
    case user(UserID)
    case system
    /// Something outside that speaks for people, such as `slack-import`.
    case integration(String)
    /// A person whose doing is the installation's, not a tenant's.
    case account(AccountID)
}

/// What an event says about its making. JSON in the log, beside the payload.
package struct Metadata: Codable, Hashable, Sendable {
    package var actor: Actor
    package var onBehalfOf: UserID?
    /// The client's own key for the command, by which it knows its echo; only the actor is shown it.
    package var idempotencyKey: String?
    package var correlation: UUID?
    package var causation: UUID?
    /// W3C trace context, as the request brought it.
    package var traceparent: String?

    package init(
        actor: Actor,
        onBehalfOf: UserID? = nil,
        idempotencyKey: String? = nil,
        correlation: UUID? = nil,
        causation: UUID? = nil,
        traceparent: String? = nil
    ) {
        self.actor = actor
        self.onBehalfOf = onBehalfOf
        self.idempotencyKey = idempotencyKey
        self.correlation = correlation
        self.causation = causation
        self.traceparent = traceparent
    }

    /// The user whose doing it is, if it is one's.
    package var user: UserID? {
        if let onBehalfOf { return onBehalfOf }
        if case .user(let id) = actor { return id }
        return nil
    }
}

/// Where something imported comes from, as the source tells it.
package struct Source: Codable, Hashable, Sendable {
    /// Such as `slack`.
    package var system: String
    /// The source's own identifier.
    package var id: String
    /// The time that the source claims.
    package var time: Timestamp?

    package init(system: String, id: String, time: Timestamp?) {
        self.system = system
        self.id = id
        self.time = time
    }
}
