package import Events

/// Finds the account of somebody whom an issuer has vouched for, or makes one. An address never finds an account, only the
/// identity does: what one issuer calls an address need not be what another does.
package struct LogIn: Command {
    package struct State: Sendable {
        package var identity: Loaded<Identity>
        package var account: Loaded<Account>

        package init(identity: Loaded<Identity>, account: Loaded<Account>) {
            self.identity = identity
            self.account = account
        }
    }

    package struct Answer: Codable, Sendable, Equatable {
        package var account: AccountID
        /// Whether this is the first time.
        package var isNew: Bool

        package init(account: AccountID, isNew: Bool) {
            self.account = account
            self.isNew = isNew
        }
    }

    package static let name = "log_in"
    package let issuer: String
    package let subject: String
    package let displayName: String?
    package let email: String?
    package let emailIsVerified: Bool
    /// For one who has none.
    package let newAccount: AccountID

    package init(
        issuer: String,
        subject: String,
        name: String?,
        email: String?,
        emailIsVerified: Bool,
        newAccount: AccountID = AccountID()
    ) {
        self.issuer = issuer
        self.subject = subject
        displayName = name
        self.email = email
        self.emailIsVerified = emailIsVerified
        self.newAccount = newAccount
    }

    private var identity: IdentityID { IdentityID(issuer: issuer, subject: subject) }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let identity = try await loader.load(Identity.self, identity)
        let account = try await loader.load(Account.self, identity.state.account ?? newAccount)
        return State(identity: identity, account: account)
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        // What a provider says of itself is no reason to keep anybody out.
        let name = displayName.flatMap { PlainText.isLine($0, User.nameLengths) ? $0 : nil }
        let email = email.flatMap { EmailAddress.isOne($0) ? $0 : nil }
        let isVerified = email != nil && emailIsVerified
        let id = state.account.id
        var decision = Decision(Answer(account: id, isNew: !state.account.exists))
        guard state.account.exists else {
            decision.append(
                .created(
                    name: name.map { Personal($0, of: id.person) },
                    email: email.map { Personal($0, of: id.person) },
                    emailIsVerified: isVerified
                ),
                to: id
            )
            decision.append(.identityLinked(identity: identity, issuer: issuer), to: id)
            decision.append(.linked(account: id), to: identity)
            return decision
        }
        let account = state.account.state
        // What the person's address is, their first identity says alone.
        guard account.identities.first ?? identity == identity else { return decision }
        if account.emailDigest != email.map(EmailAddress.digest) || account.emailIsVerified != isVerified {
            decision.append(
                .emailChanged(email: email.map { Personal($0, of: id.person) }, emailIsVerified: isVerified),
                to: id
            )
        }
        return decision
    }
}
