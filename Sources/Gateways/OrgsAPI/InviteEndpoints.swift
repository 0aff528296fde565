internal import Commands
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Sessions

extension OrgsAPI {
    var inviteEndpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/orgs/invites/accept",
                "Takes an invitation: the caller is a user of the tenant from here on",
                access: .account,
                body: Acceptance.self,
                limit: .invite,
                handle: accept
            )
        ]
    }

    struct Acceptance: Decodable, Sendable, NotedFields {
        /// As the mail has it.
        var token: String
        var handle: String
        var name: String

        static let notes: [String: JSONShape.Note] = [
            "handle": .pattern("^[A-Za-z0-9._-]{1,64}$", "Kept in lower case."), "name": .line(User.nameLengths),
        ]
    }

    struct MembershipView: Codable, EndpointAnswer {
        let tenantID: String
        let org: String
        let userID: String

        private enum CodingKeys: String, CodingKey {
            case org
            case tenantID = "tenant_id"
            case userID = "user_id"
        }
    }

    private func accept(_ call: Call, _ body: Acceptance) async throws -> Reply<MembershipView> {
        let membership = try await invites.accept(
            body.token,
            as: call.account.account,
            handle: body.handle,
            name: body.name,
            in: try context(of: call)
        )
        return Reply(
            MembershipView(
                tenantID: "\(TenantID(membership.tenant.id))",
                org: membership.slug,
                userID: "\(membership.user)"
            )
        )
    }
}
