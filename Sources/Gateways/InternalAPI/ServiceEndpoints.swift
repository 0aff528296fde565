internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Sessions

extension InternalAPI {
    var serviceEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/internal/me",
                "Which service asks, and what it may do",
                access: .services(nil),
                limit: .services
            ) { call in
                let service = call.service
                return Reply(
                    ServiceView(
                        name: service.name,
                        scopes: ServiceScope.allCases.filter(service.scopes.contains),
                        keyID: "\(service.key)",
                        expiresAt: service.expiresAt
                    )
                )
            }
        ]
    }

    private struct ServiceView: Codable, EndpointAnswer {
        let name: String
        let scopes: [ServiceScope]
        /// What the token was signed with.
        let keyID: String
        /// Until when the token is good.
        let expiresAt: Timestamp

        private enum CodingKeys: String, CodingKey {
            case name, scopes
            case keyID = "key_id"
            case expiresAt = "expires_at"
        }
    }
}
