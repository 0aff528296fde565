internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Postgres
internal import Projections

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
                "Takes an organization's own limit back: it has what everybody has",
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

    /// How much of a meter an organization may use, by its operators. A bound that is null does not bound.
    struct OrgLimitView: Codable, EndpointAnswer {
        let meter: Meter
        let hard: Int64?
        let soft: Int64?
        /// `override` if it is the organization's own, else `default`.
        let source: LimitSource
        /// Of an override.
        let reason: String?
        let setAt: Timestamp?
        /// Whether the tenant has been told.
        let isInForce: Bool

        private enum CodingKeys: String, CodingKey {
            case meter, hard, soft, source, reason
            case setAt = "set_at"
            case isInForce = "is_in_force"
        }
    }

    struct OrgLimitsView: Codable, EndpointAnswer {
        let items: [OrgLimitView]
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

    private func limits(of id: OrgID) async throws -> OrgLimitsView {
        _ = try await org(id)
        let own = try await reads.pool.query(
            "SELECT meter, hard, soft, reason, set_at FROM rm.org_limits WHERE org = \(id.uuid)",
            as: (String, Int64?, Int64?, String, PostgresTimestamp).self
        )
        let waiting = Set(
            try await reads.pool.query("SELECT meter FROM rm.limit_changes WHERE org = \(id.uuid)", as: String.self)
        )
        return OrgLimitsView(
            items: Meter.allCases.map { meter in
                let own = own.first { $0.0 == meter.rawValue }
                return OrgLimitView(
                    meter: meter,
                    hard: own?.1,
                    soft: own?.2,
                    source: own == nil ? .default : .override,
                    reason: own?.3,
                    setAt: own.map { Timestamp(microseconds: $0.4.microsecondsSince1970) },
                    isInForce: !waiting.contains(meter.rawValue)
                )
            }
        )
    }
}
