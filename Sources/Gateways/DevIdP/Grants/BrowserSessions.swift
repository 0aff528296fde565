internal import Crypto
internal import Foundation
internal import Synchronization

/// A browser in which somebody is signed in, so that the next client need not ask.
struct BrowserSession: Sendable {
    /// The `sid` of ID tokens and logout tokens.
    let id: String
    let subject: String
    let authenticatedAt: Date
    let until: Date
    /// Who was told of it, and is to be told of its end.
    var clients: Set<String>
}

/// The sessions of this process, which forgets them when it ends. Only hashes of their cookies are kept.
final class BrowserSessions: Sendable {
    private let lifetime: TimeInterval
    private let sessions = Mutex<[SHA256.Digest: BrowserSession]>([:])

    init(lifetime: Duration) { self.lifetime = lifetime.timeInterval }

    func find(_ cookie: String?, at now: Date) -> BrowserSession? {
        guard let cookie else { return nil }
        return sessions.withLock { $0[Secret.hash(cookie)] }.flatMap { $0.until > now ? $0 : nil }
    }

    /// Signs somebody in, under a new cookie. Somebody who signs in again stays in the session; another one ends it.
    func begin(_ subject: String, after old: String?, at now: Date) -> (cookie: String, session: BrowserSession) {
        let cookie = Secret.make()
        return sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.until > now }
            let before = old.flatMap { sessions.removeValue(forKey: Secret.hash($0)) }
            let kept = before?.subject == subject ? before : nil
            let session = BrowserSession(
                id: kept?.id ?? Secret.make(),
                subject: subject,
                authenticatedAt: now,
                until: now.addingTimeInterval(lifetime),
                clients: kept?.clients ?? []
            )
            sessions[Secret.hash(cookie)] = session
            return (cookie, session)
        }
    }

    /// Remembers that a client was told of a session.
    func note(_ client: String, in id: String) {
        sessions.withLock { sessions in
            for (key, session) in sessions where session.id == id { sessions[key]?.clients.insert(client) }
        }
    }

    /// Ends a session and gives what it was.
    func end(_ id: String) -> BrowserSession? {
        sessions.withLock { sessions in
            guard let entry = sessions.first(where: { $0.value.id == id }) else { return nil }
            return sessions.removeValue(forKey: entry.key)
        }
    }
}
