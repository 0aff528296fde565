import Foundation
import Logging
import TestSupport
import Testing

@testable import OIDC

/// A client of a loopback provider in the middle of a login.
struct RelyingParty {
    static let callback = "https://daybook.test/callback"
    static let code = "the-code-of-this-login"
    static let secret = "the secret / of: the client"

    let issuer: LoopbackIssuer
    let client: ProviderClient
    let time: ManualClocks
    let provider: Provider
    let login: Login
    let key: SigningKey

    /// - Parameters:
    ///   - timeout: of the client's exchanges.
    ///   - change: makes the configuration another one.
    static func run(
        timeout: Duration = .seconds(60),
        key: SigningKey = .rsa("first"),
        maxAgeSeconds: Int? = nil,
        _ change: (inout ProviderConfiguration) -> Void = { _ in },
        test: (RelyingParty) async throws -> Void
    ) async throws {
        // Keys and signatures are slow without optimization, and what is measured is time.
        await gate.enter()
        let result: Result<Void, any Error>
        do {
            result = .success(try await runAlone(timeout, key, maxAgeSeconds, change, test))
        } catch {
            result = .failure(error)
        }
        await gate.leave()
        try result.get()
    }

    private static let gate = Gate(limit: 2)

    private static func runAlone(
        _ timeout: Duration,
        _ key: SigningKey,
        _ maxAgeSeconds: Int?,
        _ change: (inout ProviderConfiguration) -> Void,
        _ test: (RelyingParty) async throws -> Void
    ) async throws {
        try await LoopbackIssuer.run { (issuer) async throws in
            issuer.publish(key)
            try await withClient(timeout: timeout) { client in
                var configuration = ProviderConfiguration(
                    name: "test",
                    title: "Test",
                    issuer: issuer.url,
                    clientID: "daybook",
                    clientSecret: secret
                )
                change(&configuration)
                let time = ManualClocks()
                let provider = try Provider(configuration, client: client, logger: .silent, clocks: time.clocks)
                try await test(
                    RelyingParty(
                        issuer: issuer,
                        client: client,
                        time: time,
                        provider: provider,
                        login: provider.login(maxAgeSeconds: maxAgeSeconds),
                        key: key
                    )
                )
            }
        }
    }

    /// Those of a good ID token.
    var claims: [String: Any] {
        [
            "iss": issuer.url, "sub": "ada-1", "aud": "daybook", "exp": time.seconds + 300, "iat": time.seconds,
            "nonce": login.nonce, "email": "ada@example.test", "email_verified": true, "name": "Ada Lovelace",
        ]
    }

    func claims(with changes: [String: Any?]) -> [String: Any] {
        var claims = claims
        for (name, value) in changes { claims[name] = value }
        return claims
    }

    func redeem(_ idToken: String, accessToken: String = "access") async throws(OIDCError) -> VerifiedIdentity {
        issuer.setTokens(idToken: idToken, accessToken: accessToken)
        return try await redeem()
    }

    func redeem() async throws(OIDCError) -> VerifiedIdentity {
        try await provider.redeem(
            code: Self.code,
            login: login,
            redirectURI: Self.callback,
            responseIssuer: issuer.url
        )
    }

    /// The code of the refusal of a token with these claims; nil if it is taken.
    func refusal(_ changes: [String: Any?], header: [String: Any] = [:]) async -> OIDCError.Code? {
        await refusal(key.token(claims(with: changes), header: header))
    }

    func refusal(_ idToken: String) async -> OIDCError.Code? {
        await errorCode { () async throws(OIDCError) in _ = try await redeem(idToken) }
    }
}

func withClient(timeout: Duration = .seconds(10), _ test: (ProviderClient) async throws -> Void) async throws {
    let client = ProviderClient(timeout: timeout, logger: .silent)
    do {
        try await test(client)
    } catch {
        try await client.shutdown()
        throw error
    }
    try await client.shutdown()
}

/// The code of the error that is thrown; nil if there is none.
func errorCode(_ body: () async throws(OIDCError) -> Void) async -> OIDCError.Code? {
    do throws(OIDCError) {
        try await body()
        return nil
    } catch {
        return error.code
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
