package import Logging

/// One OpenID provider as a relying party sees it. Nothing is asked of it before somebody logs in.
///
/// ```swift
/// let provider = try Provider(configuration, client: client, logger: logger)
/// let login = provider.login()                       // kept with the browser, sealed
/// let url = try await provider.authorizationURL(for: login, redirectURI: callback)
/// // … the browser comes back to the callback with code, state and iss …
/// guard login.answers(state) else { … }
/// let identity = try await provider.redeem(code: code, login: login, redirectURI: callback, responseIssuer: iss)
/// ```
///
/// Its metadata is kept for an hour, and for a day more while the provider is away; keys as `KeyRing` says.
package final class Provider: Sendable {
    package let configuration: ProviderConfiguration
    let client: ProviderClient
    let clocks: Clocks
    let logger: Logger
    let keys: KeyRing
    private let discovery: CachedDocument<DiscoveryDocument>

    package init(
        _ configuration: ProviderConfiguration,
        client: ProviderClient,
        logger: Logger,
        clocks: Clocks = .system
    ) throws(OIDCError) {
        try configuration.validate()
        let issuer = try SecureURL.issuer(configuration.issuer)
        let discovery = CachedDocument<DiscoveryDocument>(
            life: .seconds(3600),
            grace: .seconds(24 * 3600),
            uptime: clocks.uptime
        ) { () async throws(OIDCError) in
            let what = "the discovery document of \(issuer.text)"
            let answer = try await client.get(DiscoveryDocument.url(of: issuer.text), what)
            return try DiscoveryDocument(try answer.success(what), issuer: issuer)
        }
        self.discovery = discovery
        keys = KeyRing(clocks: clocks) { () async throws(OIDCError) in
            let what = "the keys of \(issuer.text)"
            let answer = try await client.get(try await discovery.value().keysEndpoint, what)
            return try await KeySet(try answer.success(what))
        }
        self.configuration = configuration
        self.client = client
        self.clocks = clocks
        self.logger = logger
    }

    func metadata() async throws(OIDCError) -> DiscoveryDocument { try await discovery.value() }
}

extension ProviderClient.Answer {
    /// The body of a good answer.
    func success(_ what: String) throws(OIDCError) -> [UInt8] {
        guard status == 200 else { throw OIDCError(.badAnswer, "\(what): answered with status \(status)") }
        return body
    }
}
