package import Events

/// Which role an account has. Changes nothing: its answer is read from the same state that decisions are made on.
package struct AskOperator: Command {
    package struct Answer: Codable, Sendable, Equatable {
        /// Nil for who is no operator.
        package var role: OperatorRole?
    }

    package static let name = "ask_operator"
    package let account: AccountID

    package init(_ account: AccountID) { self.account = account }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Operator> {
        try await loader.load(Operator.self, OperatorID(account))
    }

    package func decide(_ state: Loaded<Operator>, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        Decision(Answer(role: state.state.role))
    }
}
