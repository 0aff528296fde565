internal import EventStore
package import Events
internal import Foundation

/// How far the founding of an organization has come.
package struct Onboarding: Fold {
    package enum Phase: Sendable, Equatable {
        /// The name is held until then.
        case started(until: Timestamp)
        case completing, finished, lapsed, failed
    }

    package private(set) var phase: Phase?
    package private(set) var account: AccountID?
    package private(set) var org: OrgID?
    package private(set) var tenant: TenantID?
    package private(set) var name = ""
    package private(set) var slug = ""

    package init() {}

    package mutating func apply(_ event: OnboardingEvent, at place: Place) {
        switch event {
        case .started(let account, let org, let tenant, let name, let slug, let until):
            (self.account, self.org, self.tenant) = (account, org, tenant)
            (self.name, self.slug) = (name, slug)
            phase = .started(until: until)
        case .completionRequested: phase = .completing
        case .finished: phase = .finished
        case .lapsed: phase = .lapsed
        case .failed: phase = .failed
        }
    }
}

/// Keeps one person from holding many names: a counter of the log with the onboardings that are under way.
enum OpenOnboardings {
    static let limit: Int64 = 3

    static func counter(of account: AccountID) -> UUID { .derived("daybook.onboardings", account.uuid.bytes) }
}

/// An onboarding and the name that it is about.
package struct OnboardingState: Sendable {
    package var onboarding: Loaded<Onboarding>
    package var name: Loaded<HeldName>
}

extension StateLoader {
    func load(_ id: OnboardingID) async throws -> OnboardingState {
        let onboarding = try await load(Onboarding.self, id)
        return OnboardingState(
            onboarding: onboarding,
            name: try await load(HeldName.self, NameID(slug: onboarding.state.slug))
        )
    }
}

extension OnboardingState {
    /// Whether the name is held for this onboarding, or for the organization that comes of it.
    var holdsName: Bool {
        switch name.state.holder {
        case .onboarding(let holder, _): holder == onboarding.id
        case .org(let org): org == onboarding.state.org
        case .nobody: false
        }
    }

    /// Ends the onboarding and gives the name back.
    func ending(_ event: OnboardingEvent, because reason: NameEvent.Release) -> Decision<Done> {
        var decision = Decision<Done>()
        decision.append(event, to: onboarding.id)
        if holdsName { decision.append(.released(reason: reason), to: name.id) }
        decision.countOnboardingEnded(of: onboarding.state.account)
        return decision
    }
}

extension Decision {
    mutating func countOnboardingEnded(of account: AccountID?) {
        guard let account else { preconditionFailure("an onboarding that goes on is somebody's") }
        count(OpenOnboardings.counter(of: account), by: -1, max: .max, else: .tooManyOnboardings)
    }
}
