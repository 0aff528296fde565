import Commands
import EventStore
import Events
import Testing

struct LogInTests {
    private let office = Office()
    private let account = AccountID()
    private let caller = Caller(tenant: .installation, actor: .system, user: nil, now: Office.noon)

    private func logIn(_ email: String? = "ada@example.com", isVerified: Bool = true, subject: String = "s1") -> LogIn {
        LogIn(
            issuer: "https://id.example.com",
            subject: subject,
            name: "Ada",
            email: email,
            emailIsVerified: isVerified,
            newAccount: account
        )
    }

    private func state(_ identity: [IdentityEvent] = [], _ events: [AccountEvent] = []) -> LogIn.State {
        LogIn.State(
            identity: office.stream(
                Identity.self,
                IdentityID(issuer: "https://id.example.com", subject: "s1"),
                identity
            ),
            account: office.stream(Account.self, account, events)
        )
    }

    private var known: LogIn.State {
        let created = AccountEvent.created(
            name: Personal("Ada", of: account.person),
            email: Personal("ada@example.com", of: account.person),
            emailIsVerified: true
        )
        return state([.linked(account: account)], [created])
    }

    @Test func `who comes for the first time gets an account of their own`() throws {
        let decision = try logIn().decide(state(), for: caller)
        #expect(decision.answer == .init(account: account, isNew: true))
        #expect(
            decision.events(on: account) == [
                .created(
                    name: Personal("Ada", of: account.person),
                    email: Personal("ada@example.com", of: account.person),
                    emailIsVerified: true
                ),
                .identityLinked(
                    identity: IdentityID(issuer: "https://id.example.com", subject: "s1"),
                    issuer: "https://id.example.com"
                ),
            ]
        )
    }

    @Test func `who comes again changes nothing`() throws {
        let decision = try logIn("Ada@Example.com").decide(known, for: caller)
        #expect(decision.answer == .init(account: account, isNew: false))
        #expect(decision.items.isEmpty)
    }

    @Test func `an address that is vouched for no more counts no more`() throws {
        let email = Personal("ada@example.com", of: account.person)
        let decision = try logIn(isVerified: false).decide(known, for: caller)
        #expect(decision.events(on: account) == [.emailChanged(email: email, emailIsVerified: false)])
    }

    @Test func `what is no address is not kept, and vouches for nothing`() throws {
        for text in [
            "", "ada", "ada@", "@example.com", "ada@example", "a da@example.com", "ada@exa\nmple.com", "é@example.com",
        ] {
            let decision = try logIn(text).decide(state(), for: caller)
            let events = decision.events(on: account)
            #expect(
                events.first == .created(name: Personal("Ada", of: account.person), email: nil, emailIsVerified: false),
                "\(text)"
            )
        }
    }

    @Test func `the same address at another issuer is another identity`() {
        let here = IdentityID(issuer: "https://id.example.com", subject: "s1")
        #expect(here != IdentityID(issuer: "https://id.example.org", subject: "s1"))
        #expect(here != IdentityID(issuer: "https://id.example.com", subject: "s2"))
        #expect(here != IdentityID(issuer: "https://id.example.coms", subject: "1"))
    }
}
