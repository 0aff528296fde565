internal import EventStore
package import Events
package import Foundation

/// Whose account an identity is, and which logins by it are over.
package struct Identity: Fold {
    /// How many of the provider's sessions that have ended are remembered, the latest.
    static let memory = 100

    package private(set) var account: AccountID?
    /// Logout tokens that could be shown again, with the time until when.
    private(set) var logoutTokens: [UUID: Timestamp] = [:]
    /// Sessions of the provider that have ended.
    private var endedSessions: [UUID] = []
    /// Where all sessions ended that were opened before.
    private var ended: Position?
    /// The provider's time when it ended all of the person's.
    private var endedAt: Timestamp?
    /// Where those ended of which it is not known which of the provider's they came from.
    private var unnamedEnded: Position?

    package init() {}

    package var weight: Int { 256 + 16 * endedSessions.count + 32 * logoutTokens.count }

    package mutating func apply(_ event: IdentityEvent, at place: Place) {
        switch event {
        case .linked(let account): self.account = account
        case .unlinked:
            account = nil
            ended = place.position
        case .loggedOut(let token, let session, let at, let replayableUntil):
            logoutTokens = logoutTokens.filter { $0.value > place.recordedAt }
            logoutTokens[token] = replayableUntil
            if let session {
                endedSessions = (endedSessions + [session]).suffix(Self.memory)
                unnamedEnded = place.position
            } else {
                ended = place.position
                endedAt = max(endedAt ?? at, at)
            }
        }
    }

    /// Whether a session can be opened by a login: neither it nor what it rests on has ended meanwhile.
    func accepts(_ login: SessionEvent.Login, of account: AccountID) -> Bool {
        guard self.account == account, endedAt.map({ login.authenticatedAt >= $0 }) ?? true else { return false }
        return login.session.map { !endedSessions.contains($0) } ?? true
    }

    /// Whether a session that was opened by a login still stands.
    func upholds(_ login: SessionEvent.Login, openedAt: Position) -> Bool {
        guard (ended ?? 0) < openedAt else { return false }
        guard let session = login.session else { return (unnamedEnded ?? 0) < openedAt }
        return !endedSessions.contains(session)
    }
}

extension IdentityID {
    /// The one stream of what an issuer knows somebody by.
    package init(issuer: String, subject: String) {
        self.init(.derived("daybook.identity", Array(issuer.utf8), Array(subject.utf8)))
    }
}
