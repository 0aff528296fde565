internal import EventStore
internal import Events

/// Who may come in: organizations, their tenants, and sessions.
struct ControlChanges: Changes {
    private var writes: [Write] = []

    func knows(_ event: AnyEvent) -> Bool {
        switch event {
        case .control, .repair: true
        case .user, .handle, .room, .message, .readState, .limits, .usage, .usageReport, .policies: false
        }
    }

    mutating func apply(_ recorded: Recorded) {
        guard case .control(let event) = recorded.event else { return }
        let raw = recorded.raw
        switch event {
        case .org(let id, let event): writes += OrgProjection.writes(event, to: id, at: raw)
        case .tenant(let id, let event): writes += TenantProjection.writes(event, to: id, at: raw)
        case .session(let id, let event): writes += SessionProjection.writes(event, to: id, at: raw)
        case .principal(let id, let event): writes += PrincipalProjection.writes(event, to: id, at: raw)
        case .account(let id, let event): writes += AccountProjection.writes(event, to: id, at: raw)
        case .onboarding(let id, let event): writes += OnboardingProjection.writes(event, to: id, at: raw)
        case .invite(let id, let event): writes += InviteProjection.writes(event, to: id, at: raw)
        case .operator(_, let event): writes += OperatorProjection.writes(event, at: raw)
        case .service(let id, let event): writes += ServiceProjection.writes(event, to: id, at: raw)
        case .plan(let id, let event): writes += PlanProjection.writes(event, to: id, at: raw)
        case .defaultPlan(let id, let event): writes += PlanProjection.writes(event, to: id, at: raw)
        case .identity(let id, let event): writes += IdentityProjection.writes(event, to: id, at: raw)
        // Only the log needs them.
        case .name, .operatorCall: break
        }
    }

    mutating func finish() -> [Write] { writes }
}
