package import Events

/// Notes that everybody who has a plan has been given what was defined up to a position of the control log.
package struct FinishPlanRollout: Command {
    package static let name = "finish_plan_rollout"
    package let plan: PlanID
    package let position: Int64

    package init(of plan: PlanID, upTo position: Int64) {
        self.plan = plan
        self.position = position
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Plan> {
        try await loader.load(Plan.self, plan)
    }

    package func decide(_ plan: Loaded<Plan>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard plan.exists else { throw .planUnknown }
        var decision = Decision<Done>()
        if plan.state.rolledOutUpTo < position { decision.append(.rolledOut(upTo: position), to: plan.id) }
        return decision
    }
}

/// Notes that every organization has been given the default plan that was chosen up to a position of the control log.
package struct FinishDefaultRollout: Command {
    package static let name = "finish_default_rollout"
    package let position: Int64

    package init(upTo position: Int64) { self.position = position }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<DefaultPlan> {
        try await loader.load(DefaultPlan.self, .installation)
    }

    package func decide(_ choice: Loaded<DefaultPlan>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        var decision = Decision<Done>()
        if choice.state.rolledOutUpTo < position { decision.append(.rolledOut(upTo: position), to: choice.id) }
        return decision
    }
}
