package import Events

/// Changes nothing: refuses unless the caller is an administrator and the user an agent.
package struct AskAgent: UserCommand {
    package static let name = "ask_agent"
    package let user: UserID

    /// Refuses an agent that has been deactivated.
    package let mustBeActive: Bool

    package init(user: UserID, mustBeActive: Bool) {
        self.user = user
        self.mustBeActive = mustBeActive
    }

    package func decide(_ state: UserState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let user = try state.ruled(by: try Standing(of: caller, state.me))
        guard user.kind == .agent else { throw .notAnAgent }
        guard user.active || !mustBeActive else { throw .agentDeactivated }
        return Decision()
    }
}

extension Refusal {
    fileprivate static let notAnAgent = Refusal(
        .conflict,
        "credential.not_an_agent",
        "People log in with a provider; only agents have credentials."
    )
    fileprivate static let agentDeactivated = Refusal(
        .conflict,
        "credential.agent_deactivated",
        "The agent has been deactivated."
    )
}
