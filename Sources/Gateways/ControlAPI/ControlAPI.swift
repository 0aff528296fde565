package import Commands
package import EventStore
internal import Events
package import GatewayHTTP
package import Hummingbird
internal import Observability
internal import Postgres
package import Projections
package import Sessions

/// How an installation is operated: `/control/*`. For persons who have logged in and are operators; every request is an event of the
/// control log.
package struct ControlAPI: Sendable {
    let commands: CommandHandler
    let reads: ReadModels
    let cursors: PageCursors
    /// How long an organization that is to be deleted is kept.
    let grace: Duration
    private let routes: Routes

    /// - Parameters:
    ///   - limits: nil lets everything through.
    ///   - grace: how long an organization that is to be deleted is kept.
    package init(
        control: ControlPlane,
        cookies: SessionCookies,
        limits: RequestLimits?,
        masterKey: any KeyManagement,
        grace: Duration
    ) {
        commands = control.handler
        reads = control.reads
        cursors = PageCursors(masterKey: masterKey)
        self.grace = grace
        routes = Routes(
            sessions: control.sessions,
            cookies: cookies,
            limits: limits,
            operators: OperatorGate(commands: control.handler)
        )
    }

    package static let surface = Surface(
        at: "/control",
        title: "Daybook control API",
        summary:
            "Operate an installation: organizations through their life, and what they may use. Every request is an event of the control log."
    )

    /// The whole surface.
    package var endpoints: [Endpoint] {
        orgEndpoints + lifeEndpoints + limitEndpoints + planEndpoints + orgPlanEndpoints
            + policyEndpoints
    }

    package func addRoutes(to router: Router<DaybookRequestContext>) {
        routes.add(endpoints, of: Self.surface, to: router)
    }

    /// Runs a command of the control log as the operator who asks, and waits until the read models hold what it did.
    @discardableResult
    func run<C: Command>(_ command: C, for call: Call) async throws -> C.Answer {
        let context = CommandContext(
            caller: Caller(tenant: .installation, actor: .account(call.account.account), user: nil),
            idempotencyKey: try call.idempotencyKey(),
            traceparent: call.context.trace?.text,
            requestID: call.context.requestID
        )
        let result = try await commands.handle(command, in: context)
        guard try await reads.wait(for: .installation, past: result.position, timeout: .seconds(5)) else {
            throw Problem.unavailable("projection_behind", "it is done; the read models do not hold it yet")
        }
        return result.answer
    }
}
