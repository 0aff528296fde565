package import Events

/// Lets an operator's request in and writes it down, in one append: what was let in was written, and whoever is revoked before it is
/// in the log is not let in.
package struct NoteOperatorCall: Command {
    package struct State: Sendable {
        package var standing: Loaded<Operator>
        package var call: Loaded<OperatorCall>

        package init(standing: Loaded<Operator>, call: Loaded<OperatorCall>) {
            self.standing = standing
            self.call = call
        }
    }

    package static let name = "note_operator_call"
    package let call: OperatorCallID
    package let account: AccountID
    /// The role that the request takes.
    package let least: OperatorRole
    package let method: String
    /// The pattern of the path.
    package let route: String
    /// What stands in the pattern's places, with commas between.
    package let target: String
    package let requestID: String

    package init(
        call: OperatorCallID = OperatorCallID(),
        by account: AccountID,
        needing least: OperatorRole,
        method: String,
        route: String,
        target: String,
        requestID: String
    ) {
        self.call = call
        self.account = account
        self.least = least
        self.method = method
        self.route = route
        self.target = target
        self.requestID = requestID
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            standing: try await loader.load(Operator.self, OperatorID(account)),
            call: try await loader.loadNew(OperatorCall.self, call)
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard let role = state.standing.state.role else { throw .operatorRequired }
        guard role >= least else { throw .operatorReadsOnly }
        var decision = Decision<Done>()
        decision.append(
            .called(account: account, method: method, route: route, target: target, requestID: requestID),
            to: call
        )
        return decision
    }
}

extension Refusal {
    fileprivate static let operatorRequired = Refusal(.forbidden, "operator.required", "Operators alone may do this.")
    fileprivate static let operatorReadsOnly = Refusal(
        .forbidden,
        "operator.reads_only",
        "A viewer reads and changes nothing."
    )
}
