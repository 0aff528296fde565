package import Commands
package import GatewayHTTP
package import Hummingbird
internal import Postgres
package import Sessions

/// What services of the installation do: `/api/internal/*`. No session of anybody is let in, and no service anywhere else.
package struct InternalAPI: Sendable {
    let pool: PostgresPool
    /// What runs commands in each cell that the process serves, by the cells' names.
    let cells: [String: CommandHandler]
    private let routes: Routes

    /// - Parameters:
    ///   - cells: what runs commands in each cell, by the cells' names.
    ///   - services: who asks.
    ///   - limits: nil lets everything through.
    package init(
        control: ControlPlane,
        cells: [String: CommandHandler],
        services: ServiceStore,
        cookies: SessionCookies,
        limits: RequestLimits?
    ) {
        pool = control.pool
        self.cells = cells
        routes = Routes(sessions: control.sessions, cookies: cookies, limits: limits, services: services)
    }

    package static let surface = Surface(
        at: "/api/internal",
        title: "Daybook internal API",
        summary: "For the installation's own services, which sign their tokens themselves. Nobody else is let in."
    )

    /// The whole surface.
    package var endpoints: [Endpoint] { serviceEndpoints + tenantEndpoints + usageEndpoints }

    package func addRoutes(to router: Router<DaybookRequestContext>) {
        routes.add(endpoints, of: Self.surface, to: router)
    }
}
