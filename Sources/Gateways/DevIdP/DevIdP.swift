package import Foundation
package import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore

/// An OpenID provider for development: whoever comes chooses who they are, without a password, and everything else is as a real
/// provider does it (OpenID Connect Core, Discovery, RP-Initiated and Back-Channel Logout; OAuth 2.0 with PKCE).
///
/// People and keys are kept in a folder. Codes, tokens and sessions are in memory: a restart forgets them, and everybody signs in
/// anew. Ask `refusal` before it is started.
package struct DevIdP: Sendable {
    let configuration: Configuration
    let issuer: Issuer
    let clients: [String: Client]
    let people: People
    let keys: KeyRing
    let grants: Grants
    let sessions: BrowserSessions
    let formTokens = FormTokens()
    let now: @Sendable () -> Date

    /// Opens the folder, which is this provider's alone as long as it lives, and makes keys if there are none.
    ///
    /// - Parameter now: the clock by which everything expires.
    package init(_ configuration: Configuration, now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.configuration = configuration
        self.now = now
        (issuer, clients) = try configuration.validated()
        let folder = try DataFolder(configuration.folder)
        people = try People(in: folder)
        keys = try KeyRing(
            in: folder,
            algorithm: configuration.algorithm,
            interval: configuration.rotation,
            lifetime: configuration.lifetimes.idToken,
            now: now
        )
        grants = Grants(configuration.lifetimes)
        sessions = BrowserSessions(lifetime: configuration.lifetimes.session)
    }

    var lifetimes: Lifetimes { configuration.lifetimes }

    /// The URL of a path of this provider.
    func url(_ path: String) -> String { issuer.text + path }

    /// Adds all routes, below the path of the issuer.
    package func addRoutes<Context: RequestContext>(to router: Router<Context>) {
        let routes = router.group(RouterPath(issuer.path)).add(middleware: Edge<Context>())
        routes.get("/.well-known/openid-configuration") { _, _ in metadata() }
        routes.get("/jwks.json") { _, _ in try await keySet() }
        routes.post("/token") { request, _ in try await token(request) }
        routes.post("/revoke") { request, _ in try await revoke(request) }
        routes.get("/userinfo") { request, _ in try await userInfo(request) }
        routes.post("/userinfo") { request, _ in try await userInfo(request) }

        let pages = routes.group().add(middleware: OwnHost<Context>(issuer: issuer))
        pages.get("/") { request, _ in try await home(request) }
        pages.get("/authorize") { request, _ in try await authorize(request) }
        pages.post("/authorize") { request, _ in try await authorizeByForm(request) }
        pages.get("/logout") { request, context in try await logout(request, logger: context.logger) }
        pages.post("/logout") { request, context in try await logoutByForm(request, logger: context.logger) }
        pages.post("/keys/rotate") { request, _ in try await rotateKeys(request) }
    }

    /// A server of this provider and nothing else.
    ///
    /// - Parameter onServerRunning: called when it listens.
    package func application(
        host: String,
        port: Int,
        logger: Logger,
        onServerRunning: @escaping @Sendable () async -> Void = {}
    ) -> some ApplicationProtocol {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        addRoutes(to: router)
        return Application(
            router: router,
            // Who opens a connection and says nothing does not keep it.
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { [issuer] _ in
                logger.notice("the development identity provider listens", metadata: ["issuer": "\(issuer.text)"])
                await onServerRunning()
            },
            logger: logger
        )
    }
}
