internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var policyEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/policies",
                "What operators let the organization's agents and machines do; for administrators",
                for: .administrators
            ) { call in
                Reply(try await reads.policies(in: call.tenant))
            }
        ]
    }
}

extension PoliciesView: EndpointAnswer {}
