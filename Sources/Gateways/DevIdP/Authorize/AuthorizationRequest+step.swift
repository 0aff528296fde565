internal import Foundation

extension AuthorizationRequest {
    /// Whom the client expects, by its hints.
    enum Expected: Sendable {
        case anybody
        case person(subject: String)
        /// Somebody who was never here.
        case newcomer(email: String)
    }

    /// What comes next.
    enum Step {
        case answer(BrowserSession)
        case ask
        case refuse(OAuthError)
    }

    func step(for session: BrowserSession?, expecting expected: Expected, at now: Date) -> Step {
        guard let session, isFresh(session, at: now), fits(session, expected) else {
            return prompts.contains(.silent)
                ? .refuse(OAuthError(.loginRequired, "nobody is signed in as it is asked for")) : .ask
        }
        return prompts.isSubset(of: [.silent]) ? .answer(session) : .ask
    }

    private func isFresh(_ session: BrowserSession, at now: Date) -> Bool {
        guard let maxAge else { return true }
        return now.timeIntervalSince(session.authenticatedAt) < TimeInterval(maxAge)
    }

    private func fits(_ session: BrowserSession, _ expected: Expected) -> Bool {
        switch expected {
        case .anybody: true
        case .person(let subject): session.subject == subject
        case .newcomer: false
        }
    }
}
