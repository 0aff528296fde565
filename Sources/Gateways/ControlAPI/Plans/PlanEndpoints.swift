internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes

extension ControlAPI {
    var planEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/control/plans",
                "The plans, by name, the retired ones too",
                access: .operators(.viewer),
                limit: .control
            ) { _ in
                Reply(PlansView(items: try await self.plans()))
            },
            Endpoint(
                .get,
                "/control/plans/{plan}",
                "One plan",
                access: .operators(.viewer),
                limit: .control
            ) { call in
                Reply(try await self.plan(call.text("plan")))
            },
            Endpoint(
                .put,
                "/control/plans/{plan}",
                "Defines a plan, or defines it anew for every organization that has it",
                access: .operators(.operator),
                body: NewPlan.self,
                limit: .control
            ) { call, body in
                let slug = try call.text("plan")
                let limits = body.limits.map { PlanLimit($0.meter, MeterLimit(hard: $0.hard, soft: $0.soft)) }
                try await self.run(DefinePlan(slug: slug, limits: limits), for: call)
                return Reply(try await self.plan(slug))
            },
            Endpoint(
                .delete,
                "/control/plans/{plan}",
                "Retires a plan: no further organization gets it, those that have it keep it",
                access: .operators(.operator),
                problems: [Problem(.conflict, "plan.is_default", "organizations without a plan have this one")],
                limit: .control
            ) { call in
                let slug = try call.text("plan")
                try await self.run(RetirePlan(slug: slug), for: call)
                return Reply(try await self.plan(slug))
            },
            Endpoint(
                .put,
                "/control/default-plan",
                "Chooses the plan of organizations that have none of their own",
                access: .operators(.operator),
                body: PlanChoice.self,
                problems: [.noPlan, .planRetired],
                limit: .control
            ) { call, body in
                try await self.run(ChooseDefaultPlan(slug: body.plan), for: call)
                return Reply(PlansView(items: try await self.plans()))
            },
            Endpoint(
                .delete,
                "/control/default-plan",
                "Organizations that have no plan of their own have none",
                access: .operators(.operator),
                limit: .control
            ) { call in
                try await self.run(ChooseDefaultPlan(slug: nil), for: call)
                return Reply(PlansView(items: try await self.plans()))
            },
        ]
    }

    var orgPlanEndpoints: [Endpoint] {
        [
            Endpoint(
                .put,
                "/control/orgs/{org}/plan",
                "Gives an organization a plan, of which its tenant is told within a moment",
                access: .operators(.operator),
                body: NewOrgPlan.self,
                problems: [.orgOver, .noPlan, .planRetired],
                limit: .control
            ) { call, body in
                try await self.give(body.plan, because: body.reason, call)
            },
            Endpoint(
                .delete,
                "/control/orgs/{org}/plan",
                "Takes an organization's plan back: it has the default one",
                access: .operators(.operator),
                problems: [.orgOver],
                limit: .control
            ) { call in
                try await self.give(nil, because: "taken back", call)
            },
        ]
    }

    struct NewPlan: Decodable, Sendable, NotedFields {
        struct NewPlanLimit: Decodable, Sendable, NotedFields {
            var meter: Meter
            /// Beyond it commands are refused; without it nothing is.
            var hard: Int64?
            /// From it on the tenant is told.
            var soft: Int64?

            static let notes: [String: JSONShape.Note] = ["hard": .atLeast(0), "soft": .atLeast(0)]
        }

        /// At most one a meter; a meter without one is left to the default plan.
        var limits: [NewPlanLimit]

        static let notes: [String: JSONShape.Note] = [
            "limits": .bounds(0...Meter.allCases.count, "At most one a meter; the default plan says the rest.")
        ]
    }

    struct PlanChoice: Decodable, Sendable, NotedFields {
        var plan: String

        static let notes: [String: JSONShape.Note] = ["plan": .pattern(PlanName.pattern)]
    }

    struct NewOrgPlan: Decodable, Sendable, NotedFields {
        var plan: String
        /// Stays in the log.
        var reason: String

        static let notes: [String: JSONShape.Note] = [
            "plan": .pattern(PlanName.pattern), "reason": .line(OrgReason.lengths, "Stays in the log."),
        ]
    }

    private func give(_ plan: String?, because reason: String, _ call: Call) async throws -> Reply<OrgLimitsView> {
        let org: OrgID = try call.id("org")
        try await run(SetOrgPlan(org: org, plan: plan, reason: reason), for: call)
        return Reply(try await limits(of: org))
    }
}

extension Problem {
    static var noPlan: Problem { .notFound("plan.not_found", "there is no such plan") }
    fileprivate static var planRetired: Problem { Problem(.conflict, "plan.retired", "the plan is retired") }
}
