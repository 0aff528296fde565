package import Events

/// Defines a plan, or defines it anew for whoever has it. The registrar tells the organizations that it changes something for.
package struct DefinePlan: Command {
    package static let name = "define_plan"
    package let slug: String
    package let limits: [PlanLimit]

    package init(slug: String, limits: [PlanLimit]) {
        self.slug = slug
        self.limits = limits
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Plan> {
        try await loader.load(Plan.self, PlanID(slug: slug))
    }

    package func decide(_ plan: Loaded<Plan>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlanName.isValid(slug) else { throw .planNameInvalid }
        guard Set(limits.map(\.meter)).count == limits.count else { throw .planMeterTwice }
        guard limits.allSatisfy(\.limit.isValid) else { throw .limitInvalid }
        // Or nobody could found an organization that has it.
        let isTooSmall = limits.contains { !$0.meter.isPeriodic && $0.limit.hard == 0 }
        guard !isTooSmall else { throw .planTooSmall }
        var decision = Decision<Done>()
        // In one order, so that the same limits are the same plan.
        let ordered = Meter.allCases.compactMap { meter in limits.first { $0.meter == meter } }
        if plan.exists, !plan.state.isRetired, plan.state.limits == ordered { return decision }
        decision.append(.defined(slug: slug, limits: ordered), to: plan.id)
        return decision
    }
}

/// Gives a plan to no further organization. Those that have it keep it.
package struct RetirePlan: Command {
    package struct State: Sendable {
        package var plan: Loaded<Plan>
        package var choice: Loaded<DefaultPlan>

        package init(plan: Loaded<Plan>, choice: Loaded<DefaultPlan>) {
            self.plan = plan
            self.choice = choice
        }
    }

    package static let name = "retire_plan"
    package let slug: String

    package init(slug: String) { self.slug = slug }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            plan: try await loader.load(Plan.self, PlanID(slug: slug)),
            choice: try await loader.load(DefaultPlan.self, .installation)
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.plan.exists else { throw .planUnknown }
        guard state.choice.state.slug != slug else { throw .planIsDefault }
        var decision = Decision<Done>()
        if !state.plan.state.isRetired { decision.append(.retired, to: state.plan.id) }
        return decision
    }
}

/// Says which plan organizations have that have none of their own.
package struct ChooseDefaultPlan: Command {
    package struct State: Sendable {
        /// Nil if none is to be.
        package var plan: Loaded<Plan>?
        package var choice: Loaded<DefaultPlan>

        package init(plan: Loaded<Plan>?, choice: Loaded<DefaultPlan>) {
            self.plan = plan
            self.choice = choice
        }
    }

    package static let name = "choose_default_plan"
    /// Nil: none.
    package let slug: String?

    package init(slug: String?) { self.slug = slug }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        var plan: Loaded<Plan>?
        if let slug { plan = try await loader.load(Plan.self, PlanID(slug: slug)) }
        return State(plan: plan, choice: try await loader.load(DefaultPlan.self, .installation))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        if let plan = state.plan { try plan.expectOffered() }
        var decision = Decision<Done>()
        guard state.choice.state.slug != slug else { return decision }
        decision.append(.chosen(slug: slug), to: state.choice.id)
        return decision
    }
}

extension Loaded<Plan> {
    /// Refuses a plan that no organization can be given.
    func expectOffered() throws(Refusal) {
        guard exists else { throw .planUnknown }
        guard !state.isRetired else { throw .planRetired }
    }
}

extension Refusal {
    static let planUnknown = Refusal(.notFound, "plan.not_found", "There is no such plan.")
    fileprivate static let planRetired = Refusal(.conflict, "plan.retired", "The plan is retired.", pointer: "/plan")
    fileprivate static let planIsDefault = Refusal(
        .conflict,
        "plan.is_default",
        "Organizations without a plan have this one; choose another for them first."
    )
    fileprivate static let planNameInvalid = Refusal(
        .invalid,
        "plan.name_invalid",
        "A plan's name has 1 to 63 lower-case letters, digits and hyphens, the first and the last no hyphen."
    )
    fileprivate static let planTooSmall = Refusal(
        .invalid,
        "plan.too_small",
        "A plan has room for a user and a room at least.",
        pointer: "/limits"
    )
    fileprivate static let planMeterTwice = Refusal(
        .invalid,
        "plan.meter_twice",
        "A plan has one limit a meter.",
        pointer: "/limits"
    )
}
