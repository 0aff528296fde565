package import Commands
internal import Crypto
internal import EventStore
package import Events
package import Foundation
package import OIDC
internal import Synchronization

private let freshness: Duration = .milliseconds(500)
private let patience: Duration = .seconds(60)
/// Of names.
private let capacity = 1_000

/// A service that asks something by the internal API.
package struct ServiceCaller: Sendable {
    package let name: String
    package let scopes: Set<ServiceScope>
    /// What it has signed with.
    package let key: CredentialID
    /// Until when the token is good.
    package let expiresAt: Timestamp
}

/// Who signed a token of a service, by the control log.
///
/// A service signs its tokens itself, so that it needs nobody to get one. What it may do is asked in the log at most twice a second:
/// a key that is revoked is good for nothing within a second, in every process. While the control database is away what was known
/// stays good for a minute.
package final class ServiceStore: Sendable {
    /// What `typ` says in a service's token, so that an agent's assertion is none.
    package static let tokenType = "daybook-service+jwt"
    /// Of a token, at most.
    package static let maximumLifetime: Duration = .seconds(300)

    /// Why a token is refused: for the log, not for who sent it.
    package struct Refused: Error {
        package let reason: String
    }

    private struct Standing {
        let answer: AskService.Answer
        let readAt: ContinuousClock.Instant
        /// When the log was asked last, answer or not.
        var askedAt: ContinuousClock.Instant
    }

    /// A token whose signature was found to be good.
    private struct Verified {
        let service: String
        let thumbprint: String
        let expiresAt: Timestamp
    }

    private struct State {
        var standings: [String: Standing] = [:]
        var verified = SessionCache<Verified>(capacity: 10_000)

        /// What need not be asked again yet. Otherwise the caller asks, and nobody else does meanwhile.
        mutating func fresh(_ name: String, at now: ContinuousClock.Instant) -> AskService.Answer? {
            guard let standing = standings[name], now - standing.readAt < patience else { return nil }
            if now - standing.askedAt < freshness { return standing.answer }
            standings[name]?.askedAt = now
            return nil
        }

        /// What is good enough while the log is away.
        func known(_ name: String, at now: ContinuousClock.Instant) -> AskService.Answer? {
            guard let standing = standings[name], now - standing.readAt < patience else { return nil }
            return standing.answer
        }

        mutating func keep(_ answer: AskService.Answer, of name: String, readAt now: ContinuousClock.Instant) {
            // Names that nobody has are forgotten when there are too many.
            if standings.count >= capacity, standings[name] == nil {
                standings = standings.filter { !$0.value.answer.scopes.isEmpty }
            }
            standings[name] = Standing(answer: answer, readAt: now, askedAt: now)
        }
    }

    private let commands: CommandHandler
    private let verifier: AssertionVerifier
    private let state = Mutex(State())

    /// - Parameters:
    ///   - commands: over the control log.
    ///   - audience: what a service's token is for: the installation's address.
    package init(commands: CommandHandler, audience: String) {
        self.commands = commands
        verifier = AssertionVerifier(
            audiences: [audience],
            type: Self.tokenType,
            maximumLifetimeSeconds: Int(Self.maximumLifetime.components.seconds)
        )
    }

    /// The service that has signed a token which is good now. Throws `Refused` for any other, and what the log throws when it is away.
    package func authenticate(_ token: String, now: Date = Date()) async throws -> ServiceCaller {
        let hash = SHA256.hash(data: Array(token.utf8))
        if let verified = state.withLock({ $0.verified.find(hash, at: .now) }) {
            let standing = try await standing(of: verified.service)
            return try caller(verified, by: try Self.keys(of: standing), standing)
        }
        do {
            let name = try verifier.claimedOwner(of: token)
            guard ServiceName.isValid(name) else { throw Refused(reason: "nobody is called so") }
            let standing = try await standing(of: name)
            let keys = try Self.keys(of: standing)
            let word = try verifier.verify(token, keys: keys.map(\.key), owner: name, now: now)
            let verified = Verified(
                service: name,
                thumbprint: word.keyThumbprint,
                expiresAt: Timestamp(microseconds: Int64(word.expiresAt.timeIntervalSince1970 * 1_000_000))
            )
            let remaining = word.expiresAt.timeIntervalSince(now)
            state.withLock { $0.verified.keep(verified, for: hash, until: .now + .seconds(remaining)) }
            return try caller(verified, by: keys, standing)
        } catch let error as OIDCError {
            throw Refused(reason: "\(error)")
        }
    }

    private func caller(
        _ verified: Verified,
        by keys: [(id: CredentialID, key: PublicKeyJWK)],
        _ standing: AskService.Answer
    ) throws -> ServiceCaller {
        guard let key = keys.first(where: { $0.key.thumbprint == verified.thumbprint }) else {
            throw Refused(reason: "its key is good no more")
        }
        return ServiceCaller(
            name: verified.service,
            scopes: standing.scopes,
            key: key.id,
            expiresAt: verified.expiresAt
        )
    }

    private static func keys(of standing: AskService.Answer) throws -> [(id: CredentialID, key: PublicKeyJWK)] {
        try standing.keys.map { ($0.id, try PublicKeyJWK(json: $0.jwk.utf8)) }
    }

    private func standing(of name: String) async throws -> AskService.Answer {
        let now = ContinuousClock.now
        if let known = state.withLock({ $0.fresh(name, at: now) }) { return known }
        let context = CommandContext(caller: Caller(tenant: .installation, actor: .system, user: nil))
        do {
            let answer = try await commands.handle(AskService(name), in: context).answer
            state.withLock { $0.keep(answer, of: name, readAt: now) }
            return answer
        } catch {
            guard case .unavailable = error, let known = state.withLock({ $0.known(name, at: now) }) else {
                throw error
            }
            return known
        }
    }
}
