package import Events

/// A plan, as decisions need it.
package struct Plan: Fold {
    package private(set) var limits: [PlanLimit] = []
    /// Where in the control log it was defined last; 0 for one that never was.
    package private(set) var definedAt: Int64 = 0
    package private(set) var isRetired = false
    package private(set) var rolledOutUpTo: Int64 = 0

    package init() {}

    package mutating func apply(_ event: PlanEvent, at place: Place) {
        switch event {
        case .defined(_, let limits):
            self.limits = limits
            definedAt = place.position
            isRetired = false
        case .retired: isRetired = true
        case .rolledOut(let position): rolledOutUpTo = position
        }
    }

    /// Nil for a meter that it says nothing of.
    func limit(of meter: Meter) -> MeterLimit? { limits.first { $0.meter == meter }?.limit }
}

/// The plan of whoever has none, as decisions need it.
package struct DefaultPlan: Fold {
    package private(set) var slug: String?
    /// Where in the control log it was chosen; 0 before any was.
    package private(set) var chosenAt: Int64 = 0
    package private(set) var rolledOutUpTo: Int64 = 0

    package init() {}

    package mutating func apply(_ event: DefaultPlanEvent, at place: Place) {
        switch event {
        case .chosen(let slug):
            self.slug = slug
            chosenAt = place.position
        case .rolledOut(let position): rolledOutUpTo = position
        }
    }
}

/// The plans that an organization's limits follow from, beside those of its own.
package struct PlansInForce: Sendable {
    /// The organization's; nil if it has none.
    package var own: Loaded<Plan>?
    package var choice: Loaded<DefaultPlan>
    /// That of whoever has none; nil if none is chosen.
    package var standard: Loaded<Plan>?

    package init(own: Loaded<Plan>?, choice: Loaded<DefaultPlan>, standard: Loaded<Plan>?) {
        self.own = own
        self.choice = choice
        self.standard = standard
    }

    /// Where in the control log the last of them became what it is.
    var asOf: Int64 {
        max(own?.state.definedAt ?? 0, choice.state.chosenAt, standard?.state.definedAt ?? 0)
    }

    /// What an organization may use: its own limit, else its plan's, else the default plan's, else as much as it likes.
    func entitlement(to meter: Meter, with overrides: [Meter: MeterLimit]) -> Entitlement {
        if let limit = overrides[meter] { return Entitlement(meter, limit, by: .override) }
        if let limit = own?.state.limit(of: meter) { return Entitlement(meter, limit, by: .plan) }
        return Entitlement(meter, standard?.state.limit(of: meter) ?? .unlimited, by: .default)
    }
}

extension StateLoader {
    /// - Parameter slug: the plan of an organization; nil if it has none.
    func loadPlans(with slug: String?) async throws -> PlansInForce {
        let choice = try await load(DefaultPlan.self, .installation)
        var standard: Loaded<Plan>?
        if let slug = choice.state.slug { standard = try await load(Plan.self, PlanID(slug: slug)) }
        var own: Loaded<Plan>?
        if let slug { own = try await load(Plan.self, PlanID(slug: slug)) }
        return PlansInForce(own: own, choice: choice, standard: standard)
    }
}
