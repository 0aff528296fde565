package import Commands
package import EventStore
package import GatewayHTTP
package import Hummingbird
package import Projections
package import Sessions
package import TransparencyLog

/// What a tenant's users, and programs for them, do over HTTP: `/api/*`.
///
/// A request becomes a command or a read. Commands are judged on strongly consistent state and answered as soon as they are
/// durable; reads come from the read models, which follow.
package struct TenantAPI: Sendable {
    let commands: CommandHandler
    let reads: ReadModels
    let issuer: SessionIssuer
    let credentials: AgentCredentials
    let invites: TenantInvites
    let cursors: PageCursors
    let messaging: MessagingPolicy
    let audit: AuditQueries
    /// Nil where no heads are kept.
    let proofs: LogProofs?
    private let routes: Routes

    /// - Parameter limits: nil lets everything through.
    package init(
        commands: CommandHandler,
        reads: ReadModels,
        sessions: SessionStore,
        issuer: SessionIssuer,
        credentials: AgentCredentials,
        invites: TenantInvites,
        cookies: SessionCookies,
        limits: RequestLimits?,
        masterKey: any KeyManagement,
        messaging: MessagingPolicy = MessagingPolicy(),
        heads: HeadFolder? = nil
    ) {
        self.commands = commands
        self.reads = reads
        self.issuer = issuer
        self.credentials = credentials
        self.invites = invites
        self.messaging = messaging
        cursors = PageCursors(masterKey: masterKey)
        audit = AuditQueries(log: commands.log, codec: commands.codec, reads: reads)
        proofs = heads.map { LogProofs(log: commands.log, folder: $0) }
        routes = Routes(
            sessions: sessions,
            cookies: cookies,
            limits: limits,
            reads: reads,
            positions: PositionTokens(masterKey: masterKey),
            standings: Standings(commands: commands)
        )
    }

    /// The whole surface.
    package var endpoints: [Endpoint] {
        meEndpoints + userEndpoints + credentialEndpoints + inviteEndpoints + roomEndpoints + memberEndpoints
            + timelineEndpoints
            + messageEndpoints
            + reactionEndpoints
            + usageEndpoints + policyEndpoints
            + readingEndpoints + auditEndpoints + proofEndpoints + receiptEndpoints
    }

    package static let surface = Surface(
        at: "/api",
        title: "Daybook tenant API",
        summary: "What a tenant's users, and programs for them, do: rooms, messages, who is who, what is unread."
    )

    /// - Parameter cells: by their names.
    package static func addRoutes(of cells: [String: TenantAPI], to router: Router<DaybookRequestContext>) {
        Routes.add(cells.mapValues { Routes.Part($0.endpoints, by: $0.routes) }, of: surface, to: router)
    }
}
