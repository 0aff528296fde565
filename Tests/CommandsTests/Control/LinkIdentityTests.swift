import Commands
import EventStore
import Events
import Foundation
import Testing

struct LinkIdentityTests {
    private let office = Office()
    private let account = AccountID()
    private let session = SessionID()
    private let issuer = "https://id.example.org"
    private let first = IdentityID(issuer: "https://id.example.com", subject: "s1")
    private var second: IdentityID { IdentityID(issuer: issuer, subject: "s2") }
    private let caller = Caller(tenant: .installation, actor: .system, user: nil, now: Office.noon)

    private func link() -> LinkIdentity {
        LinkIdentity(issuer: issuer, subject: "s2", account: account, session: session)
    }

    private func opened(by holder: AccountID? = nil) -> SessionEvent {
        .opened(
            holder: .account(account: holder ?? account),
            tokenHash: Data(repeating: 1, count: 32),
            label: Personal("a browser", of: account.person),
            idleSeconds: 60,
            expiresAt: Timestamp(microseconds: Office.noon.microseconds + 60_000_000),
            scopes: nil
        )
    }

    private func state(
        identity: [IdentityEvent] = [],
        account events: [AccountEvent] = [],
        session sessions: [SessionEvent]? = nil
    ) -> LinkIdentity.State {
        LinkIdentity.State(
            identity: office.stream(Identity.self, second, identity),
            account: office.stream(Account.self, account, created + events, from: 10),
            session: office.stream(SessionLife.self, session, sessions ?? [opened()], from: 20)
        )
    }

    private var created: [AccountEvent] {
        [
            .created(name: nil, email: Personal("ada@example.com", of: account.person), emailIsVerified: true),
            .identityLinked(identity: first, issuer: "https://id.example.com"),
        ]
    }

    @Test func `an identity that is nobody's is linked, and what is linked already stays`() throws {
        let decision = try link().decide(state(), for: caller)
        #expect(decision.events(on: account) == [.identityLinked(identity: second, issuer: issuer)])
        #expect(decision.events(on: second) == [.linked(account: account)])
        #expect(try link().decide(state(identity: [.linked(account: account)]), for: caller).items.isEmpty)
        let again = state(identity: [.linked(account: AccountID()), .unlinked(account: account)])
        #expect(try link().decide(again, for: caller).items.count == 2)
    }

    @Test func `another's identity, another's session and one that is over are refused`() {
        func code(_ state: LinkIdentity.State) -> String? {
            do throws(Refusal) {
                _ = try link().decide(state, for: caller)
                return nil
            } catch { return error.code }
        }
        #expect(code(state(identity: [.linked(account: AccountID())])) == "identity.taken")
        #expect(code(state(session: [])) == "session.over")
        #expect(code(state(session: [opened(), .closed(reason: .loggedOut)])) == "session.over")
        #expect(code(state(session: [opened(by: AccountID())])) == "session.over")
        let many = (0..<9).map {
            AccountEvent.identityLinked(identity: IdentityID(issuer: issuer, subject: "n\($0)"), issuer: issuer)
        }
        #expect(code(state(account: many)) == "identity.too_many")
    }

    @Test func `the last identity stays, and with the first goes the address that it vouched for`() throws {
        func unlink(_ identity: IdentityID, _ events: [AccountEvent]) throws -> Decision<Done> {
            try UnlinkIdentity(identity, of: account).decide(
                (
                    office.stream(Identity.self, identity, [.linked(account: account)]),
                    office.stream(Account.self, account, created + events, from: 10)
                ),
                for: caller
            )
        }
        #expect(throws: Refusal.self) { try unlink(first, []) }
        let both = [AccountEvent.identityLinked(identity: second, issuer: issuer)]
        let latter = try unlink(second, both)
        #expect(latter.events(on: account) == [.identityUnlinked(identity: second)])
        #expect(latter.events(on: second) == [.unlinked(account: account)])
        #expect(
            try unlink(first, both).events(on: account) == [
                .identityUnlinked(identity: first), .emailChanged(email: nil, emailIsVerified: false),
            ]
        )
        #expect(throws: Refusal.self) { try unlink(IdentityID(issuer: issuer, subject: "another"), both) }
    }

    @Test func `a further identity says nothing of the account's address`() throws {
        let command = LogIn(issuer: issuer, subject: "s2", name: nil, email: "eve@example.com", emailIsVerified: true)
        let linked = AccountEvent.identityLinked(identity: second, issuer: issuer)
        let state = LogIn.State(
            identity: office.stream(Identity.self, second, [.linked(account: account)]),
            account: office.stream(Account.self, account, created + [linked], from: 10)
        )
        #expect(try command.decide(state, for: caller).items.isEmpty)
    }
}
