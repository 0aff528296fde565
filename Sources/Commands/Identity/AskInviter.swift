package import Events

/// Changes nothing: refuses unless the caller may bring people of a role into the tenant.
package struct AskInviter: Command {
    package static let name = "ask_inviter"
    package let role: Role

    package init(of role: Role) { self.role = role }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<User>? { try await loader.loadCaller() }

    package func decide(_ me: Loaded<User>?, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, me)
        guard standing.isAdministrator else { throw .administratorRequired }
        guard role != .owner || standing.ruleOwners else { throw .ownerRequired }
        return Decision()
    }
}
