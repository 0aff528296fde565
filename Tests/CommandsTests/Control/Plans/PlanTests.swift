import Commands
import EventStore
import Events
import Testing

struct PlanTests {
    private let office = Office()
    private let org = OrgID()
    private let tenant = TenantID()
    private let caller = Caller(tenant: .installation, actor: .system, user: nil, now: Office.noon)
    private let rooms = PlanLimit(.rooms, MeterLimit(hard: 5))

    private func plan(
        _ slug: String,
        _ limits: [PlanLimit],
        at position: Position,
        retired: Bool = false
    ) -> Loaded<Plan> {
        office.stream(
            Plan.self,
            PlanID(slug: slug),
            [.defined(slug: slug, limits: limits)] + (retired ? [.retired] : []),
            from: position
        )
    }

    private func plans(
        own: Loaded<Plan>? = nil,
        standard: Loaded<Plan>? = nil,
        at position: Position = 50
    ) -> PlansInForce {
        PlansInForce(
            own: own,
            choice: office.stream(
                DefaultPlan.self,
                .installation,
                standard == nil ? [] : [.chosen(slug: "free")],
                from: position
            ),
            standard: standard
        )
    }

    private func state(_ events: [OrgEvent] = []) -> OrgState {
        OrgState(
            org: office.stream(
                Org.self,
                org,
                [.created(name: "Acme", slug: "acme", tenant: tenant, founder: nil)] + events
            ),
            tenant: office.stream(
                TenantPlace.self,
                tenant,
                [.provisioningStarted(org: org), .cellAssigned(cell: "main", partition: 0), .activated]
            )
        )
    }

    @Test func `a limit of its own goes before the plan's, and that before the default plan's`() throws {
        let free = plan("free", [rooms, PlanLimit(.users, MeterLimit(hard: 3))], at: 10)
        let pro = plan("pro", [PlanLimit(.rooms, MeterLimit(hard: 50))], at: 20)
        let own = state([.limitSet(meter: .messages, limit: MeterLimit(hard: 9), reason: "x")])
        let command = SetOrgPlan(org: org, plan: "pro", reason: "x")
        let decision = try command.decide(.init(org: own, plans: plans(own: pro, standard: free)), for: caller)
        #expect(
            decision.events(on: org) == [
                .planChanged(slug: "pro", reason: "x"),
                .limitsResolved(
                    changes: [
                        Entitlement(.messages, MeterLimit(hard: 9), by: .override),
                        Entitlement(.users, MeterLimit(hard: 3), by: .default),
                        Entitlement(.rooms, MeterLimit(hard: 50), by: .plan),
                    ],
                    asOf: 50
                ),
            ]
        )
    }

    @Test func `what is resolved is said once, and again when a plan has changed, though nothing else has`() throws {
        let resolve = ResolveLimits(of: org)
        func decide(_ events: [OrgEvent], _ plans: PlansInForce) throws -> Decision<ResolveLimits.Answer> {
            try resolve.decide(.init(org: state(events), plans: plans), for: caller)
        }
        let first = try decide([], plans(standard: plan("free", [rooms], at: 10))).events(on: org)
        let change = Entitlement(.rooms, MeterLimit(hard: 5), by: .default)
        #expect(first == [.limitsResolved(changes: [change], asOf: 50)])
        #expect(try decide(first, plans(standard: plan("free", [rooms], at: 10))).items.isEmpty)
        let again = try decide(first, plans(standard: plan("free", [rooms], at: 60)))
        #expect(again.events(on: org) == [.limitsResolved(changes: [], asOf: 60)])
        #expect(try decide([], plans()).answer.isLimited == false)
        #expect(try decide(first + [.endingBegun], plans()).items.isEmpty)
    }

    @Test func `a plan that is retired is given to nobody, and kept by those that have it`() throws {
        let gone = plan("pro", [rooms], at: 10, retired: true)
        let give = SetOrgPlan(org: org, plan: "pro", reason: "x")
        #expect(code(try give.decide(.init(org: state(), plans: plans(own: gone)), for: caller)) == "plan.retired")
        let has = state([.planChanged(slug: "pro", reason: "x")])
        #expect(try give.decide(.init(org: has, plans: plans(own: gone)), for: caller).items.isEmpty)
        let unknown = office.stream(Plan.self, PlanID(slug: "pro"))
        #expect(code(try give.decide(.init(org: state(), plans: plans(own: unknown)), for: caller)) == "plan.not_found")
        let choose = ChooseDefaultPlan(slug: "pro")
        let choice = office.stream(DefaultPlan.self, .installation)
        #expect(code(try choose.decide(.init(plan: gone, choice: choice), for: caller)) == "plan.retired")
    }

    @Test func `the default plan cannot be retired`() {
        let chosen = office.stream(DefaultPlan.self, .installation, [.chosen(slug: "pro")])
        let retire = RetirePlan(slug: "pro")
        let state = RetirePlan.State(plan: plan("pro", [rooms], at: 10), choice: chosen)
        #expect(code(try retire.decide(state, for: caller)) == "plan.is_default")
    }

    @Test func `what is no plan is refused, and the same plan is defined once`() throws {
        func define(
            _ slug: String,
            _ limits: [PlanLimit],
            _ plan: Loaded<Plan>? = nil
        ) throws(Refusal) -> Decision<Done> {
            let plan = plan ?? office.stream(Plan.self, PlanID(slug: slug))
            return try DefinePlan(slug: slug, limits: limits).decide(plan, for: caller)
        }
        for slug in ["", "Pro", "-pro", "pro-", "a b", String(repeating: "x", count: 64)] {
            #expect(code(try define(slug, [])) == "plan.name_invalid")
        }
        #expect(code(try define("pro", [rooms, rooms])) == "plan.meter_twice")
        #expect(code(try define("pro", [PlanLimit(.rooms, MeterLimit(hard: 0))])) == "plan.too_small")
        #expect(code(try define("pro", [PlanLimit(.rooms, MeterLimit(hard: 1, soft: 2))])) == "limit.invalid")
        let users = PlanLimit(.users, MeterLimit(hard: 5))
        let both = plan("pro", [users, rooms], at: 10)
        #expect(try define("pro", [rooms, users], both).items.isEmpty)
        let retired = plan("pro", [users, rooms], at: 10, retired: true)
        #expect(try define("pro", [rooms, users], retired).items.count == 1)
    }
}
