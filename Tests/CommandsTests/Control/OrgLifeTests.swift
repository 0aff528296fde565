import Commands
import EventStore
import Events
import Testing

struct OrgLifeTests {
    private let office = Office()
    private let org = OrgID()
    private let tenant = TenantID()
    private let caller = Caller(tenant: .installation, actor: .system, user: nil, now: Office.noon)
    private let later = Timestamp(microseconds: Office.noon.microseconds + 60_000_000)

    private func state(_ orgEvents: [OrgEvent] = [], _ tenantEvents: [TenantEvent] = []) -> OrgState {
        OrgState(
            org: office.stream(
                Org.self,
                org,
                [.created(name: "Acme", slug: "acme", tenant: tenant, founder: nil)] + orgEvents
            ),
            tenant: office.stream(
                TenantPlace.self,
                tenant,
                [.provisioningStarted(org: org), .cellAssigned(cell: "main", partition: 0), .activated] + tenantEvents
            )
        )
    }

    private func code(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? Refusal)?.code }
        return nil
    }

    @Test func `a suspension is the tenant's too, and is said once`() throws {
        let suspend = SuspendOrg(org: org, reason: "unpaid")
        let decision = try suspend.decide(state(), for: caller)
        #expect(decision.events(on: org) == [.suspended(reason: "unpaid")])
        #expect(decision.events(on: tenant) == [.suspended])
        let suspended = state([.suspended(reason: "unpaid")], [.suspended])
        #expect(try suspend.decide(suspended, for: caller).items.isEmpty)
        let resumed = try ResumeOrg(org: org).decide(suspended, for: caller)
        #expect(resumed.events(on: org) == [.resumed])
        #expect(resumed.events(on: tenant) == [.resumed])
        #expect(try ResumeOrg(org: org).decide(state(), for: caller).items.isEmpty)
    }

    @Test func `a reason has to be one`() {
        for reason in ["", "  ", "a\nb", String(repeating: "x", count: 501)] {
            let suspend = SuspendOrg(org: org, reason: reason)
            #expect(code { _ = try suspend.decide(state(), for: caller) } == "org.reason_invalid")
            let delete = RequestOrgDeletion(org: org, reason: reason, graceSeconds: 60)
            #expect(code { _ = try delete.decide(state(), for: caller) } == "org.reason_invalid")
        }
    }

    @Test func `a deletion suspends at once, keeps its time, and can be taken back`() throws {
        let delete = RequestOrgDeletion(org: org, reason: "asked", graceSeconds: 60)
        let decision = try delete.decide(state(), for: caller)
        let requested = OrgEvent.deletionRequested(reason: "asked", endsAt: later)
        #expect(decision.events(on: org) == [requested])
        #expect(decision.events(on: tenant) == [.suspended])
        let deleting = state([requested], [.suspended])
        #expect(try delete.decide(deleting, for: caller).items.isEmpty)
        let cancelled = try CancelOrgDeletion(org: org).decide(deleting, for: caller)
        #expect(cancelled.events(on: org) == [.deletionCancelled])
        #expect(cancelled.events(on: tenant) == [.resumed])
    }

    @Test func `what was suspended before a deletion stays so when it is taken back, and the other way round`() throws {
        let both = state(
            [.suspended(reason: "unpaid"), .deletionRequested(reason: "asked", endsAt: later)],
            [.suspended]
        )
        #expect(try CancelOrgDeletion(org: org).decide(both, for: caller).events(on: tenant) == [])
        #expect(try ResumeOrg(org: org).decide(both, for: caller).events(on: tenant) == [])
    }

    @Test func `an ending begins when the grace is over, and then nothing can be taken back`() throws {
        let requested = OrgEvent.deletionRequested(reason: "asked", endsAt: later)
        let deleting = state([requested], [.suspended])
        #expect(try BeginOrgEnding(org: org).decide(deleting, for: caller).answer.isEnding == false)
        var due = caller
        due.now = later
        let begun = try BeginOrgEnding(org: org).decide(deleting, for: due)
        #expect(begun.answer.isEnding && begun.events(on: org) == [.endingBegun])
        let ending = state([requested, .endingBegun], [.suspended])
        #expect(code { _ = try CancelOrgDeletion(org: org).decide(ending, for: due) } == "org.over")
        #expect(code { _ = try ResumeOrg(org: org).decide(ending, for: due) } == "org.over")
    }

    @Test func `an organization that is still being founded is left alone`() {
        let founding = OrgState(
            org: state().org,
            tenant: office.stream(TenantPlace.self, tenant, [.provisioningStarted(org: org)])
        )
        #expect(code { _ = try SuspendOrg(org: org, reason: "x").decide(founding, for: caller) } == "org.not_open")
    }

    @Test func `activating a tenant again does not lift its suspension`() throws {
        let suspended = try #require(state([.suspended(reason: "x")], [.suspended]).tenant)
        #expect(try ActivateTenant(tenant: tenant).decide(suspended, for: caller).items.isEmpty)
    }

    @Test func `the last owner of a tenant that is no more is erased, by the installation alone`() throws {
        let user = UserState(me: nil, user: office.user(office.owner, .owner))
        let erased = try EraseUser(user: office.owner).decide(user, for: office.system)
        #expect(erased.events(on: office.owner).count == 2 && erased.counters.isEmpty)
        #expect(
            code { _ = try EraseUser(user: office.owner).decide(user, for: office.caller(office.owner)) }
                == "role.owner_required"
        )
    }
}
