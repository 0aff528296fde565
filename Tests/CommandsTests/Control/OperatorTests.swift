import Commands
import EventStore
import Events
import Testing

struct OperatorTests {
    private let office = Office()
    private let account = AccountID()
    private let caller = Caller(tenant: .installation, actor: .system, user: nil, now: Office.noon)

    private func standing(_ events: [OperatorEvent]) -> Loaded<Operator> {
        office.stream(Operator.self, OperatorID(account), events)
    }

    private func note(_ events: [OperatorEvent], needing least: OperatorRole) throws -> Decision<Done> {
        let call = OperatorCallID()
        let command = NoteOperatorCall(
            call: call,
            by: account,
            needing: least,
            method: "GET",
            route: "/control/orgs",
            target: "",
            requestID: "r1"
        )
        return try command.decide(
            .init(standing: standing(events), call: office.stream(OperatorCall.self, call)),
            for: caller
        )
    }

    private func code(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? Refusal)?.code }
        return nil
    }

    @Test func `who has the role is let in and written down`() throws {
        let granted = OperatorEvent.granted(account: account, role: .operator)
        #expect(try note([granted], needing: .operator).items.count == 1)
        #expect(try note([.granted(account: account, role: .viewer)], needing: .viewer).items.count == 1)
    }

    @Test func `nobody else is`() {
        let viewer = OperatorEvent.granted(account: account, role: .viewer)
        #expect(code { _ = try note([], needing: .viewer) } == "operator.required")
        #expect(code { _ = try note([viewer], needing: .operator) } == "operator.reads_only")
        #expect(code { _ = try note([viewer, .revoked(account: account)], needing: .viewer) } == "operator.required")
    }

    @Test func `a role is given to an account that is there, and once`() throws {
        let known = office.stream(
            Account.self,
            account,
            [.created(name: nil, email: nil, emailIsVerified: false)]
        )
        let grant = GrantOperator(to: account, as: .viewer)
        #expect(try grant.decide(.init(account: known, standing: standing([])), for: caller).items.count == 1)
        let viewer = OperatorEvent.granted(account: account, role: .viewer)
        #expect(try grant.decide(.init(account: known, standing: standing([viewer])), for: caller).items.isEmpty)
        let unknown = office.stream(Account.self, account)
        #expect(
            code { _ = try grant.decide(.init(account: unknown, standing: standing([])), for: caller) }
                == "account.unknown"
        )
    }

    @Test func `a role is taken once`() throws {
        let revoke = RevokeOperator(of: account)
        #expect(try revoke.decide(standing([.granted(account: account, role: .viewer)]), for: caller).items.count == 1)
        #expect(try revoke.decide(standing([]), for: caller).items.isEmpty)
    }
}
