package import EventStore

package import struct Foundation.UUID

/// An event of any stream of the control log.
package enum ControlEvent: Sendable, Equatable {
    case name(NameID, NameEvent)
    case org(OrgID, OrgEvent)
    case tenant(TenantID, TenantEvent)
    case account(AccountID, AccountEvent)
    case identity(IdentityID, IdentityEvent)
    case session(SessionID, SessionEvent)
    case principal(PrincipalID, PrincipalEvent)
    case onboarding(OnboardingID, OnboardingEvent)
    case invite(InviteID, InviteEvent)
    case `operator`(OperatorID, OperatorEvent)
    case operatorCall(OperatorCallID, OperatorCallEvent)
    case service(ServiceID, ServiceEvent)
    case plan(PlanID, PlanEvent)
    case defaultPlan(DefaultPlanID, DefaultPlanEvent)

    /// What happened, whatever it happened to.
    package var said: any Event {
        switch self {
        case .name(_, let event): event
        case .org(_, let event): event
        case .tenant(_, let event): event
        case .account(_, let event): event
        case .identity(_, let event): event
        case .session(_, let event): event
        case .principal(_, let event): event
        case .onboarding(_, let event): event
        case .invite(_, let event): event
        case .operator(_, let event): event
        case .operatorCall(_, let event): event
        case .service(_, let event): event
        case .plan(_, let event): event
        case .defaultPlan(_, let event): event
        }
    }

    /// The identifier of the stream as the edge shows it.
    package var streamName: String {
        switch self {
        case .name(let id, _): "\(id)"
        case .org(let id, _): "\(id)"
        case .tenant(let id, _): "\(id)"
        case .account(let id, _): "\(id)"
        case .identity(let id, _): "\(id)"
        case .session(let id, _): "\(id)"
        case .principal(let id, _): "\(id)"
        case .onboarding(let id, _): "\(id)"
        case .invite(let id, _): "\(id)"
        case .operator(let id, _): "\(id)"
        case .operatorCall(let id, _): "\(id)"
        case .service(let id, _): "\(id)"
        case .plan(let id, _): "\(id)"
        case .defaultPlan(let id, _): "\(id)"
        }
    }

    static let kinds: [any Event.Type] = [
        NameEvent.self, OrgEvent.self, TenantEvent.self, AccountEvent.self, IdentityEvent.self, SessionEvent.self,
        PrincipalEvent.self, OnboardingEvent.self, InviteEvent.self, OperatorEvent.self, OperatorCallEvent.self,
        ServiceEvent.self,
        PlanEvent.self, DefaultPlanEvent.self,
    ]

    /// The event of a kind that is one of `kinds`, on the stream of this identifier; nil for another kind.
    init?(_ event: any Event, on stream: UUID) {
        switch event {
        case let event as NameEvent: self = .name(NameID(stream), event)
        case let event as OrgEvent: self = .org(OrgID(stream), event)
        case let event as TenantEvent: self = .tenant(TenantID(stream), event)
        case let event as AccountEvent: self = .account(AccountID(stream), event)
        case let event as IdentityEvent: self = .identity(IdentityID(stream), event)
        case let event as SessionEvent: self = .session(SessionID(stream), event)
        case let event as PrincipalEvent: self = .principal(PrincipalID(stream), event)
        case let event as OnboardingEvent: self = .onboarding(OnboardingID(stream), event)
        case let event as InviteEvent: self = .invite(InviteID(stream), event)
        case let event as OperatorEvent: self = .operator(OperatorID(stream), event)
        case let event as OperatorCallEvent: self = .operatorCall(OperatorCallID(stream), event)
        case let event as ServiceEvent: self = .service(ServiceID(stream), event)
        case let event as PlanEvent: self = .plan(PlanID(stream), event)
        case let event as DefaultPlanEvent: self = .defaultPlan(DefaultPlanID(stream), event)
        default: return nil
        }
    }
}

extension Tenant {
    /// As whom the installation itself keeps its log: all of the control log is one tenant's.
    package static let installation = Tenant(id: .derived("daybook.installation"), partition: Partition(0))
}
