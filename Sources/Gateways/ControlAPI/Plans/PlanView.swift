internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import Postgres
internal import Projections

extension ControlAPI {
    struct PlanView: Codable, EndpointAnswer {
        struct PlanLimitView: Codable {
            let meter: Meter
            let hard: Int64?
            let soft: Int64?
        }

        let plan: String
        let limits: [PlanLimitView]
        /// Whether organizations without a plan have it.
        let isDefault: Bool
        /// Organizations that were given it.
        let orgs: Int64
        let definedAt: Timestamp
        let retiredAt: Timestamp?
        /// Whether it is what it is for all who have it: false for a while after it was defined.
        let isRolledOut: Bool

        private enum CodingKeys: String, CodingKey {
            case plan, limits, orgs
            case isDefault = "is_default"
            case definedAt = "defined_at"
            case retiredAt = "retired_at"
            case isRolledOut = "is_rolled_out"
        }
    }

    struct PlansView: Codable, EndpointAnswer {
        let items: [PlanView]
    }

    func plan(_ slug: String) async throws -> PlanView {
        guard let plan = try await plans(where: "p.plan = \(PlanID(slug: slug).uuid)").first else {
            throw Problem.noPlan
        }
        return plan
    }

    func plans() async throws -> [PlanView] { try await plans(where: "true") }

    private func plans(where condition: SQL) async throws -> [PlanView] {
        let limits = try await reads.pool.query(
            "SELECT p.plan, p.meter, p.hard, p.soft FROM rm.plan_limits p WHERE \(condition)",
            as: (UUID, String, Int64?, Int64?).self
        )
        return try await reads.pool.query(
            """
            SELECT p.plan, p.slug, p.is_default, p.defined_on, p.retired_on,
                   (SELECT count(*) FROM rm.orgs o WHERE o.plan = p.plan AND NOT o.is_ending),
                   NOT EXISTS (SELECT FROM rm.plan_rollouts r
                                WHERE r.stream = p.plan OR (p.is_default AND r.is_choice))
              FROM rm.plans p WHERE \(condition) ORDER BY p.slug
            """,
            as: (UUID, String, Bool, PostgresTimestamp, PostgresTimestamp?, Int64, Bool).self
        ).map { plan, slug, isDefault, definedAt, retiredAt, orgs, isRolledOut in
            PlanView(
                plan: slug,
                limits: Meter.allCases.flatMap { meter in
                    limits.filter { $0.0 == plan && $0.1 == meter.rawValue }.map {
                        PlanView.PlanLimitView(meter: meter, hard: $0.2, soft: $0.3)
                    }
                },
                isDefault: isDefault,
                orgs: orgs,
                definedAt: Timestamp(microseconds: definedAt.microsecondsSince1970),
                retiredAt: retiredAt.map { Timestamp(microseconds: $0.microsecondsSince1970) },
                isRolledOut: isRolledOut
            )
        }
    }
}
