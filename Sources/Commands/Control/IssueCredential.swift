package import Events
internal import Foundation

/// Lets an agent log in by a key or a secret. Several are good at a time, so that one can be replaced without a gap.
package struct IssueCredential: Command {
    /// In Unicode scalars.
    package static let labelLengths = 1...120

    package static let name = "issue_credential"
    package let credential: CredentialID
    package let tenant: TenantID
    package let user: UserID
    package let proof: PrincipalEvent.Proof
    /// What people know it by.
    package let label: String
    /// Nil for one that lasts until it is revoked.
    package let expiresAt: Timestamp?
    /// What tokens that it gets can be good for; nil for whatever the agent may do.
    package let scopes: [TokenScope]?

    package init(
        credential: CredentialID,
        of user: UserID,
        in tenant: TenantID,
        proof: PrincipalEvent.Proof,
        label: String,
        expiresAt: Timestamp?,
        scopes: [TokenScope]? = nil
    ) {
        self.credential = credential
        self.tenant = tenant
        self.user = user
        self.proof = proof
        self.label = label
        self.expiresAt = expiresAt
        self.scopes = scopes
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Principal> {
        try await loader.load(Principal.self, PrincipalID(user, of: tenant))
    }

    package func decide(_ state: Loaded<Principal>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlainText.isLine(label, Self.labelLengths) else { throw .credentialLabelInvalid }
        guard expiresAt.map({ $0 > caller.now }) ?? true else { throw .credentialExpired }
        guard scopes?.isEmpty != true else { throw .credentialScopesMissing }
        let principal = state.state
        guard !principal.isForgotten else { throw .credentialUnknown }
        guard !principal.credentials.values.contains(where: { $0.proof == proof }) else { throw .credentialKnown }
        let live = principal.credentials.keys.count { principal.accepts($0, at: caller.now) }
        guard live < Principal.credentialLimit else { throw .tooManyCredentials }
        var decision = Decision<Done>()
        decision.append(
            .credentialIssued(
                tenant: tenant,
                user: user,
                credential: credential,
                proof: proof,
                label: Personal(label, of: user),
                expiresAt: expiresAt,
                scopes: scopes
            ),
            to: state.id
        )
        return decision
    }
}

/// Ends a credential and the sessions that were opened by it. One that is revoked stays so.
package struct RevokeCredential: Command {
    package static let name = "revoke_credential"
    package let credential: CredentialID
    package let tenant: TenantID
    package let user: UserID

    package init(credential: CredentialID, of user: UserID, in tenant: TenantID) {
        self.credential = credential
        self.tenant = tenant
        self.user = user
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Principal> {
        try await loader.load(Principal.self, PrincipalID(user, of: tenant))
    }

    package func decide(_ state: Loaded<Principal>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.state.credentials[credential] != nil else { throw .credentialUnknown }
        var decision = Decision<Done>()
        decision.append(.credentialRevoked(credential: credential), to: state.id)
        return decision
    }
}

extension Refusal {
    fileprivate static let credentialLabelInvalid = Refusal(
        .invalid,
        "credential.label_invalid",
        "A label has 1 to 120 characters, not all of them spaces and none a control character.",
        pointer: "/label"
    )
    fileprivate static let credentialExpired = Refusal(
        .invalid,
        "credential.expired",
        "A credential has to be good for some time.",
        pointer: "/expires_at"
    )
    fileprivate static let credentialScopesMissing = Refusal(
        .invalid,
        "credential.scopes_missing",
        "A credential is good for something; leave the scopes out for everything.",
        pointer: "/scopes"
    )
    fileprivate static let credentialKnown = Refusal(
        .conflict,
        "credential.exists",
        "The agent has this key already.",
        pointer: "/public_key"
    )
    fileprivate static let tooManyCredentials = Refusal(
        .limit,
        "credential.too_many",
        "An agent has at most \(Principal.credentialLimit) credentials at a time; revoke one."
    )
    fileprivate static let credentialUnknown = Refusal(
        .notFound,
        "credential.not_found",
        "There is no such credential."
    )
}
