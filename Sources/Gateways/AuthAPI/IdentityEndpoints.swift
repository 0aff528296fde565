internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import OIDC
internal import Sessions

extension AuthAPI {
    var identityEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/auth/identities",
                "What the caller can log in by",
                access: .account,
                limit: .account,
                handle: identities
            ),
            Endpoint(
                .delete,
                "/auth/identities/{identity}",
                "Takes one away, never the last, and ends the sessions that were opened by it",
                access: .account,
                problems: [.lastIdentity],
                limit: .account,
                handle: unlink
            ).afterRecentLogin,
        ]
    }

    struct IdentityView: Codable, EndpointAnswer {
        let id: String
        /// Null if the installation has that provider no more.
        let provider: String?
        /// For people.
        let title: String?
        let linkedAt: Timestamp

        private enum CodingKeys: String, CodingKey {
            case id, provider, title
            case linkedAt = "linked_at"
        }
    }

    struct IdentitiesView: Codable, EndpointAnswer {
        let items: [IdentityView]
    }

    private func identities(_ call: Call) async throws -> Reply<IdentitiesView> {
        let items = try await control.identities.all(of: call.account.account).map { identity in
            let provider = configuration.providers.first { $0.configuration.issuer == identity.issuer }?.configuration
            return IdentityView(
                id: "\(identity.id)",
                provider: provider?.name,
                title: provider?.title,
                linkedAt: identity.linkedAt
            )
        }
        return Reply(IdentitiesView(items: items))
    }

    private func unlink(_ call: Call) async throws -> Reply<NoContent> {
        try await control.identities.unlink(try call.id("identity"), from: call.account.account)
        return Reply()
    }
}

extension Problem {
    /// As it stands in the contract.
    fileprivate static var lastIdentity: Problem {
        Problem(.conflict, "identity.last", "it is the only one that you can log in by; link another one first")
    }
}
