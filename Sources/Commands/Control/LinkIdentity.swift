package import Events

/// Lets a person log in by a further identity, which a provider has just vouched for. It belongs to one account; what belongs to
/// the person already stays as it is.
package struct LinkIdentity: Command {
    package struct State: Sendable {
        package var identity: Loaded<Identity>
        package var account: Loaded<Account>
        /// That of the person who asks.
        package var session: Loaded<SessionLife>

        package init(identity: Loaded<Identity>, account: Loaded<Account>, session: Loaded<SessionLife>) {
            self.identity = identity
            self.account = account
            self.session = session
        }
    }

    /// How many one account has.
    package static let limit = 10

    package static let name = "link_identity"
    package let issuer: String
    package let subject: String
    package let account: AccountID
    /// It has begun the linking, and has to stand until its end.
    package let session: SessionID

    package init(issuer: String, subject: String, account: AccountID, session: SessionID) {
        self.issuer = issuer
        self.subject = subject
        self.account = account
        self.session = session
    }

    private var identity: IdentityID { IdentityID(issuer: issuer, subject: subject) }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            identity: try await loader.load(Identity.self, identity),
            account: try await loader.load(Account.self, account),
            session: try await loader.load(SessionLife.self, session)
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.session.state.isOpen, state.session.state.holder == .account(account: account) else {
            throw .sessionOver
        }
        if let ended = state.account.state.sessionsEnded, let opened = state.session.state.openedAt, ended > opened {
            throw .sessionOver
        }
        var decision = Decision<Done>()
        if let holder = state.identity.state.account {
            guard holder == account else { throw .identityOfAnother }
            return decision
        }
        guard state.account.state.identities.count < Self.limit else { throw .tooManyIdentities }
        decision.append(.identityLinked(identity: identity, issuer: issuer), to: account)
        decision.append(.linked(account: account), to: identity)
        return decision
    }
}
