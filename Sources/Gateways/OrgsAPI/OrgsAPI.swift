package import Commands
package import EventStore
internal import Events
package import GatewayHTTP
package import Hummingbird
internal import Observability
package import Postgres
package import Projections
package import Sessions

/// How organizations come to be, and how people come into them: `/orgs/*`. For persons who have logged in, in no tenant yet.
package struct OrgsAPI: Sendable {
    let commands: CommandHandler
    let reads: ReadModels
    let invites: InviteAcceptance
    private let routes: Routes

    /// - Parameters:
    ///   - control: over the control log.
    ///   - cells: the commands of the tenants' own logs, by cell.
    ///   - limits: nil lets everything through.
    package init(
        control: ControlPlane,
        cells: [String: CommandHandler],
        cookies: SessionCookies,
        limits: RequestLimits?,
        masterKey: any KeyManagement
    ) {
        commands = control.handler
        reads = control.reads
        invites = InviteAcceptance(control: control, cells: cells, masterKey: masterKey)
        routes = Routes(sessions: control.sessions, cookies: cookies, limits: limits)
    }

    package static let surface = Surface(
        at: "/orgs",
        title: "Daybook organizations API",
        summary: "Find a name, found an organization, and take an invitation into one."
    )

    /// The whole surface.
    package var endpoints: [Endpoint] { nameEndpoints + onboardingEndpoints + inviteEndpoints }

    package func addRoutes(to router: Router<DaybookRequestContext>) {
        routes.add(endpoints, of: Self.surface, to: router)
    }

    /// Runs a command of the control log as the person who asks, and waits until the read models hold what it did.
    func run<C: Command>(_ command: C, for call: Call) async throws -> C.Answer {
        let result = try await commands.handle(command, in: try context(of: call))
        _ = try await reads.wait(for: .installation, past: result.position, timeout: .seconds(2))
        return result.answer
    }

    /// In the control log, of the person who asks.
    func context(of call: Call) throws -> CommandContext {
        CommandContext(
            caller: Caller(tenant: .installation, actor: .account(call.account.account), user: nil),
            idempotencyKey: try call.idempotencyKey(),
            traceparent: call.context.trace?.text,
            requestID: call.context.requestID
        )
    }
}
