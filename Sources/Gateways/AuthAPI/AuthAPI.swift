package import Commands
package import EventStore
internal import Events
package import GatewayHTTP
package import Hummingbird
package import Logging
package import OIDC
package import Sessions

/// How people log in and out: `/auth/*`. A provider vouches for somebody, who gets a session of their own; with it they enter the
/// tenants that they are users of.
package struct AuthAPI: Sendable {
    package struct Configuration: Sendable {
        package var providers: [Provider]
        package var cookies: SessionCookies
        /// Of a person's own session.
        package var accountLifetimes = SessionIssuer.Lifetimes(
            idle: .seconds(14 * 86_400),
            absolute: .seconds(90 * 86_400)
        )
        /// Of one in a tenant; none outlives the person's own that it comes from.
        package var userLifetimes = SessionIssuer.Lifetimes(
            idle: .seconds(14 * 86_400),
            absolute: .seconds(90 * 86_400)
        )

        /// How long an agent's token is good.
        package var agentLifetime: Duration = .seconds(3600)

        package init(providers: [Provider], cookies: SessionCookies) {
            self.providers = providers
            self.cookies = cookies
        }
    }

    let configuration: Configuration
    let control: ControlPlane
    let attempts: LoginAttempts
    let invites: InviteAcceptance
    let routes: Routes

    /// - Parameters:
    ///   - cells: the commands of the tenants' own logs, by cell.
    ///   - limits: nil lets everything through.
    package init(
        _ configuration: Configuration,
        control: ControlPlane,
        cells: [String: CommandHandler],
        limits: RequestLimits?,
        masterKey: any KeyManagement
    ) {
        self.configuration = configuration
        self.control = control
        attempts = LoginAttempts(masterKey: masterKey)
        invites = InviteAcceptance(control: control, cells: cells, masterKey: masterKey)
        routes = Routes(sessions: control.sessions, cookies: configuration.cookies, limits: limits)
    }

    package static let surface = Surface(
        at: "/auth",
        title: "Daybook authentication API",
        summary: "Log in with a provider, enter a tenant, look after one's sessions."
    )

    /// The whole surface.
    package var endpoints: [Endpoint] {
        loginEndpoints + sessionEndpoints + logoutEndpoints + identityEndpoints + agentEndpoints + inviteEndpoints
    }

    package func addRoutes(to router: Router<DaybookRequestContext>) {
        routes.add(endpoints, of: Self.surface, to: router)
    }

    var cookies: SessionCookies { configuration.cookies }

    /// The person whose browser it is, if they are logged in. What changes something has to come from a page of our own.
    func visitor(_ call: Call) async throws -> (session: AccountSession?, hasToken: Bool) {
        let presented = try cookies.presentedToken(of: call.request, in: [cookies.account])
        guard let presented else { return (nil, false) }
        return (try await control.sessions.authenticateAccount(presented.token), true)
    }

    func provider(named name: String) -> Provider? {
        configuration.providers.first { $0.configuration.name == name }
    }
}
