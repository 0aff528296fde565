internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import Postgres
internal import Projections

extension ControlAPI {
    /// How much of a meter an organization may use, by its operators. A bound that is null does not bound.
    struct OrgLimitView: Codable, EndpointAnswer {
        let meter: Meter
        let hard: Int64?
        let soft: Int64?
        /// By which of the three that follow.
        let source: LimitSource
        /// The organization's own.
        let override: MeterLimit?
        /// Its plan's.
        let plan: MeterLimit?
        /// The default plan's.
        let `default`: MeterLimit?
        /// Why operators gave it the limit, or the plan.
        let reason: String?
        /// Of an override.
        let setAt: Timestamp?
        /// Whether the tenant has been told.
        let isInForce: Bool

        private enum CodingKeys: String, CodingKey {
            case meter, hard, soft, source, override, plan, `default`, reason
            case setAt = "set_at"
            case isInForce = "is_in_force"
        }
    }

    struct OrgLimitsView: Codable, EndpointAnswer {
        /// Null if it has the default one.
        let plan: String?
        /// Null if there is none.
        let defaultPlan: String?
        let items: [OrgLimitView]

        private enum CodingKeys: String, CodingKey {
            case plan, items
            case defaultPlan = "default_plan"
        }
    }

    func limits(of id: OrgID) async throws -> OrgLimitsView {
        _ = try await org(id)
        let plans = try await reads.pool.query(
            """
            SELECT p.slug, d.slug, o.plan_reason FROM rm.orgs o
              LEFT JOIN rm.plans p ON p.plan = o.plan LEFT JOIN rm.plans d ON d.is_default
             WHERE o.org = \(id.uuid) LIMIT 1
            """,
            as: (String?, String?, String?).self
        )
        let (plan, standard, planReason) = plans.first ?? (nil, nil, nil)
        let own = try await reads.pool.query(
            "SELECT meter, hard, soft, reason, set_at FROM rm.org_limits WHERE org = \(id.uuid)",
            as: (String, Int64?, Int64?, String, PostgresTimestamp).self
        )
        let ofPlan = try await limits(ofPlan: plan)
        let ofDefault = try await limits(ofPlan: standard)
        let inForce = try await entitlements(of: id)
        return OrgLimitsView(
            plan: plan,
            defaultPlan: standard,
            items: Meter.allCases.map { meter in
                let set = own.first { $0.0 == meter.rawValue }
                let override = set.map { MeterLimit(hard: $0.1, soft: $0.2) }
                let source: LimitSource = override != nil ? .override : ofPlan[meter] != nil ? .plan : .default
                let limit = override ?? ofPlan[meter] ?? ofDefault[meter] ?? .unlimited
                return OrgLimitView(
                    meter: meter,
                    hard: limit.hard,
                    soft: limit.soft,
                    source: source,
                    override: override,
                    plan: ofPlan[meter],
                    default: ofDefault[meter],
                    reason: source == .override ? set?.3 : source == .plan ? planReason : nil,
                    setAt: set.map { Timestamp(microseconds: $0.4.microsecondsSince1970) },
                    isInForce: inForce[meter] == Entitlement(meter, limit, by: source)
                )
            }
        )
    }

    /// - Parameter slug: nil: no plan.
    func limits(ofPlan slug: String?) async throws -> [Meter: MeterLimit] {
        guard let slug else { return [:] }
        let rows = try await reads.pool.query(
            "SELECT meter, hard, soft FROM rm.plan_limits WHERE plan = \(PlanID(slug: slug).uuid)",
            as: (String, Int64?, Int64?).self
        )
        return Dictionary(
            rows.compactMap { row in Meter(rawValue: row.0).map { ($0, MeterLimit(hard: row.1, soft: row.2)) } },
            uniquingKeysWith: { $1 }
        )
    }

    /// What its tenant has been told; nothing of a meter of which it is still to be told.
    private func entitlements(of org: OrgID) async throws -> [Meter: Entitlement] {
        let rows = try await reads.pool.query(
            """
            SELECT m.meter, e.hard, e.soft, coalesce(e.source, 'default')
              FROM unnest(\(Meter.allCases.map(\.rawValue))) m(meter)
              LEFT JOIN rm.org_entitlements e ON e.org = \(org.uuid) AND e.meter = m.meter
             WHERE NOT EXISTS (SELECT FROM rm.tenant_changes c WHERE c.org = \(org.uuid) AND c.part = m.meter)
            """,
            as: (String, Int64?, Int64?, String).self
        )
        return Dictionary(
            rows.compactMap { row in
                guard let meter = Meter(rawValue: row.0), let source = LimitSource(rawValue: row.3) else { return nil }
                return (meter, Entitlement(meter, MeterLimit(hard: row.1, soft: row.2), by: source))
            },
            uniquingKeysWith: { $1 }
        )
    }
}
