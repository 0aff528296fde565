internal import EventStore
package import Events
internal import Foundation

/// Who has an organization's name.
package struct HeldName: Fold {
    package enum Holder: Sendable, Equatable {
        case nobody
        case onboarding(OnboardingID, until: Timestamp)
        case org(OrgID)
    }

    package private(set) var holder: Holder = .nobody

    package init() {}

    package mutating func apply(_ event: NameEvent, at place: Place) {
        switch event {
        case .reserved(_, let onboarding, let until): holder = .onboarding(onboarding, until: until)
        case .confirmed(_, let org): holder = .org(org)
        case .released: holder = .nobody
        }
    }

    /// Whether an onboarding, or an operator (nil), may have the name.
    func isFree(for onboarding: OnboardingID?, at now: Timestamp) -> Bool {
        switch holder {
        case .nobody: true
        case .onboarding(let holder, let until): holder == onboarding || until <= now
        case .org: false
        }
    }
}

extension NameID {
    /// The one stream of a name and of all that look like it.
    ///
    /// - Parameter slug: in the form of `OrgName`; another text's stream is its own, and nobody's.
    package init(slug: String) {
        self.init(.derived("daybook.orgname", Array((OrgName(slug: slug)?.skeleton ?? slug).utf8)))
    }
}
