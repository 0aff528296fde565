internal import Crypto
package import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import OIDC

/// One login on its way to a provider and back. The browser carries it, sealed, so that any gateway can take the answer, and only
/// in the browser that began it.
struct LoginAttempt: Codable, Sendable {
    /// How long somebody may take at the provider.
    static let lifetime: Duration = .seconds(600)

    /// What it is for.
    enum Purpose: Codable, Sendable, Hashable {
        case logIn
        /// Whoever has this session shows again who they are; somebody else logs in.
        case stepUp(SessionID)
        /// Whoever has this session wants to log in by what comes back, too.
        case link(SessionID)
    }

    let provider: String
    let login: Login
    let purpose: Purpose
    /// A path of the installation, where the browser goes afterwards.
    let returnTo: String
    let expiresAt: Timestamp

    init(provider: String, login: Login, purpose: Purpose, returnTo: String) {
        self.provider = provider
        self.purpose = purpose
        self.login = login
        self.returnTo = returnTo
        let end = Timestamp.now.microseconds + Self.lifetime.components.seconds * 1_000_000
        expiresAt = Timestamp(microseconds: end)
    }
}

/// Seals attempts: AES-256-GCM under a key of the installation, base64url.
struct LoginAttempts: Sendable {
    private let masterKey: any KeyManagement

    init(masterKey: any KeyManagement) { self.masterKey = masterKey }

    private var keys: DerivedKeys { masterKey.derived(for: "login-attempt") }

    func seal(_ attempt: LoginAttempt) throws -> String {
        let box = try AES.GCM.seal(try JSONWriter.bytes(of: attempt, nils: .leftOut), using: keys.current)
        guard let combined = box.combined else { preconditionFailure("a fresh nonce has 12 bytes") }
        return Base64URL.encode(Array(combined))
    }

    /// Nil for what was not sealed here, or has run out.
    func open(_ text: String) -> LoginAttempt? {
        // Whatever is wrong with it, it is no attempt.
        guard let bytes = Base64URL.decode(text), let box = try? AES.GCM.SealedBox(combined: bytes),
            let json = keys.all.firstNonNil({ try? AES.GCM.open(box, using: $0) }),
            let attempt = try? JSONReader.value(LoginAttempt.self, of: Array(json)), attempt.expiresAt > .now
        else { return nil }
        return attempt
    }
}
