internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes

extension ControlAPI {
    var limitEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/control/orgs/{org}/limits",
                "How much an organization may use, meter by meter, and why",
                access: .operators(.viewer),
                limit: .control
            ) { call in
                Reply(try await self.limits(of: call.id("org")))
            },
            Endpoint(
                .put,
                "/control/orgs/{org}/limits/{meter}",
                "Sets an organization a limit of its own, which its tenant is told within a moment",
                access: .operators(.operator),
                body: NewLimit.self,
                problems: [.orgOver],
                limit: .control
            ) { call, body in
                try await self.set(MeterLimit(hard: body.hard, soft: body.soft), because: body.reason, call)
            },
            Endpoint(
                .delete,
                "/control/orgs/{org}/limits/{meter}",
                "Takes an organization's own limit back: it has what its plan says",
                access: .operators(.operator),
                problems: [.orgOver],
                limit: .control
            ) { call in
                try await self.set(nil, because: "taken back", call)
            },
        ]
    }

    struct NewLimit: Decodable, Sendable, NotedFields {
        /// Beyond it commands are refused; without it nothing is.
        var hard: Int64?
        /// From it on the tenant is told.
        var soft: Int64?
        /// Stays in the log.
        var reason: String

        static let notes: [String: JSONShape.Note] = ["reason": .line(OrgReason.lengths, "Stays in the log.")]
    }

    private func set(
        _ limit: MeterLimit?,
        because reason: String,
        _ call: Call
    ) async throws -> Reply<OrgLimitsView> {
        guard let meter = Meter(rawValue: try call.text("meter")) else {
            throw Problem.notFound("meter.not_found", "there is no such meter")
        }
        let org: OrgID = try call.id("org")
        try await run(SetOrgLimit(org: org, meter: meter, limit: limit, reason: reason), for: call)
        return Reply(try await limits(of: org))
    }
}
