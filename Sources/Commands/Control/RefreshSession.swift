package import Events
package import Foundation

/// Replaces a session's token. The one before is good for a moment longer, for requests that are on their way.
package struct RefreshSession: Command {
    /// How long the token before is good for, in seconds.
    package static let overlapSeconds: Int64 = 60

    package static let name = "refresh_session"
    package let session: SessionID
    package let tokenHash: Data

    package init(session: SessionID, tokenHash: Data) {
        self.session = session
        self.tokenHash = tokenHash
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<SessionLife> {
        try await loader.load(SessionLife.self, session)
    }

    package func decide(_ state: Loaded<SessionLife>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.state.isOpen else { throw .sessionOver }
        var decision = Decision<Done>()
        let until = Timestamp(microseconds: caller.now.microseconds + Self.overlapSeconds * 1_000_000)
        decision.append(.refreshed(tokenHash: tokenHash, previousUntil: until), to: session)
        return decision
    }
}
