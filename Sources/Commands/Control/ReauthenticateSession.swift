package import Events

/// Notes that the person whose session it is has shown their provider again who they are.
package struct ReauthenticateSession: Command {
    package static let name = "reauthenticate_session"
    package let session: SessionID
    package let account: AccountID
    /// When they did.
    package let authenticatedAt: Timestamp

    package init(_ session: SessionID, of account: AccountID, at authenticatedAt: Timestamp) {
        self.session = session
        self.account = account
        self.authenticatedAt = authenticatedAt
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<SessionLife> {
        try await loader.load(SessionLife.self, session)
    }

    package func decide(_ state: Loaded<SessionLife>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.state.isOpen, state.state.holder == .account(account: account) else { throw .sessionOver }
        var decision = Decision<Done>()
        // A session that came from no provider counts as recent anyhow.
        guard let before = state.state.authenticatedAt, before <= authenticatedAt else { return decision }
        decision.append(.reauthenticated(at: authenticatedAt), to: session)
        return decision
    }
}
