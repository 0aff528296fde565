package import Events
package import Foundation

/// Ends the sessions that came from a session at a provider, or from any of a person's there, since the provider says that it has
/// ended. What it says it by is good once.
package struct HeedLogout: Command {
    package static let name = "heed_logout"
    package let identity: IdentityID
    /// See `IdentityEvent.logoutToken`.
    package let token: UUID
    /// See `IdentityEvent.session`; nil for all of the person's.
    package let session: UUID?
    /// The provider's time.
    package let at: Timestamp
    package let replayableUntil: Timestamp

    package init(identity: IdentityID, token: UUID, session: UUID?, at: Timestamp, replayableUntil: Timestamp) {
        self.identity = identity
        self.token = token
        self.session = session
        self.at = at
        self.replayableUntil = replayableUntil
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Identity> {
        try await loader.load(Identity.self, identity)
    }

    package func decide(_ state: Loaded<Identity>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        var decision = Decision<Done>()
        // Whoever never came here has no session that could end.
        guard state.exists else { return decision }
        guard state.state.logoutTokens[token].map({ $0 <= caller.now }) ?? true else { throw .logoutReplayed }
        decision.append(
            .loggedOut(token: token, session: session, at: at, replayableUntil: replayableUntil),
            to: identity
        )
        return decision
    }
}
