package import Events

/// Makes a person an operator of the installation, or gives an operator another role.
package struct GrantOperator: Command {
    package struct State: Sendable {
        package var account: Loaded<Account>
        package var standing: Loaded<Operator>

        package init(account: Loaded<Account>, standing: Loaded<Operator>) {
            self.account = account
            self.standing = standing
        }
    }

    package static let name = "grant_operator"
    package let account: AccountID
    package let role: OperatorRole

    package init(to account: AccountID, as role: OperatorRole) {
        self.account = account
        self.role = role
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            account: try await loader.load(Account.self, account),
            standing: try await loader.load(Operator.self, OperatorID(account))
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.account.exists else { throw .accountUnknown }
        var decision = Decision<Done>()
        guard state.standing.state.role != role else { return decision }
        decision.append(.granted(account: account, role: role), to: state.standing.id)
        return decision
    }
}

/// Ends what an operator may do. Who is none stays so.
package struct RevokeOperator: Command {
    package static let name = "revoke_operator"
    package let account: AccountID

    package init(of account: AccountID) { self.account = account }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Operator> {
        try await loader.load(Operator.self, OperatorID(account))
    }

    package func decide(_ state: Loaded<Operator>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        var decision = Decision<Done>()
        if state.state.role != nil { decision.append(.revoked(account: account), to: state.id) }
        return decision
    }
}
