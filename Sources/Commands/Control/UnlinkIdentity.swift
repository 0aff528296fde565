package import Events

/// Takes an identity from an account, and ends the sessions that were opened by it. Never the last one: nobody could log in any
/// more.
package struct UnlinkIdentity: Command {
    package static let name = "unlink_identity"
    package let identity: IdentityID
    package let account: AccountID

    package init(_ identity: IdentityID, of account: AccountID) {
        self.identity = identity
        self.account = account
    }

    package func load(by loader: borrowing StateLoader) async throws -> (Loaded<Identity>, Loaded<Account>) {
        (try await loader.load(Identity.self, identity), try await loader.load(Account.self, account))
    }

    package func decide(
        _ state: (Loaded<Identity>, Loaded<Account>),
        for caller: Caller
    ) throws(Refusal) -> Decision<Done> {
        let identities = state.1.state.identities
        guard state.0.state.account == account, identities.contains(identity) else { throw .identityUnknown }
        guard identities.count > 1 else { throw .identityLast }
        var decision = Decision<Done>()
        decision.append(.unlinked(account: account), to: identity)
        decision.append(.identityUnlinked(identity: identity), to: account)
        // What the first one has vouched for, nobody vouches for until the next one is used.
        if identities.first == identity, state.1.state.emailDigest != nil || state.1.state.emailIsVerified {
            decision.append(.emailChanged(email: nil, emailIsVerified: false), to: account)
        }
        return decision
    }
}
