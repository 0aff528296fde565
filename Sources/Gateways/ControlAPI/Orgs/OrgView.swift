internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import Postgres
internal import Projections

extension ControlAPI {
    /// An organization, as operators see it.
    struct OrgView: Codable, EndpointAnswer {
        enum State: String, Codable, CaseIterable, ShapedValue {
            /// Its tenant is not open yet.
            case founding
            case active, suspended
            /// Suspended until `ends_at`, and then deleted.
            case deleting
            /// Being deleted, which cannot be taken back.
            case ending
            case deleted
        }

        let id: String
        let name: String
        let slug: String
        let state: State
        let tenantID: String
        /// Null until it has a place.
        let cell: String?
        let createdAt: Timestamp
        let suspendedAt: Timestamp?
        let suspensionReason: String?
        let endsAt: Timestamp?
        let deletionReason: String?
        let deletedAt: Timestamp?

        private enum CodingKeys: String, CodingKey {
            case id, name, slug, state, cell
            case tenantID = "tenant_id"
            case createdAt = "created_at"
            case suspendedAt = "suspended_at"
            case suspensionReason = "suspension_reason"
            case endsAt = "ends_at"
            case deletionReason = "deletion_reason"
            case deletedAt = "deleted_at"
        }
    }

    private static let state: SQL =
        "CASE WHEN o.state = 'active' AND t.state IS DISTINCT FROM 'active' THEN 'founding' ELSE o.state END"

    private typealias Row = (
        UUID, String, String, String, UUID, String?, PostgresTimestamp, PostgresTimestamp?, String?,
        PostgresTimestamp?, String?, PostgresTimestamp?
    )

    /// Organizations that fit a condition on `o` and `t`, with their keys.
    private func orgs(where condition: SQL, _ rest: SQL) async throws -> [(key: UUID, item: OrgView)] {
        try await reads.pool.query(
            """
            SELECT o.org, o.name, o.slug, \(Self.state), o.tenant, t.cell, o.created_at, o.suspended_at, o.suspension_reason,
                   o.ends_at, o.deletion_reason, o.deleted_at
              FROM rm.orgs o LEFT JOIN rm.tenants t ON t.tenant = o.tenant
             WHERE \(condition) \(rest)
            """,
            as: Row.self
        ).map { row in (row.0, Self.view(row)) }
    }

    func org(_ id: OrgID) async throws -> OrgView {
        guard let org = try await orgs(where: "o.org = \(id.uuid)", "LIMIT 1").first?.item else {
            throw Problem.notFound("org.not_found", "there is no such organization")
        }
        return org
    }

    /// Those that are in a state and have a text in their name; nil: whatever state, whatever name.
    func orgs(
        in state: OrgView.State?,
        named text: String?,
        _ page: ReadModels.Page
    ) async throws -> ReadModels.Slice<OrgView> {
        let paging = try Paging(page)
        let isInState: SQL = state.map { "\(Self.state) = \($0.rawValue)" } ?? "true"
        let isNamed: SQL =
            text.map { "(strpos(lower(o.name), lower(\($0))) > 0 OR strpos(o.slug, lower(\($0))) > 0)" } ?? "true"
        let rows = try await orgs(
            where: "\(paging.range("o.org")) AND \(isInState) AND \(isNamed)",
            "ORDER BY o.org \(paging.order) LIMIT \(paging.limit)"
        )
        return paging.slice(rows)
    }

    private static func view(_ row: Row) -> OrgView {
        func time(_ time: PostgresTimestamp) -> Timestamp { Timestamp(microseconds: time.microsecondsSince1970) }
        guard let state = OrgView.State(rawValue: row.3) else {
            preconditionFailure("the table holds no state but these")
        }
        return OrgView(
            id: "\(OrgID(row.0))",
            name: row.1,
            slug: row.2,
            state: state,
            tenantID: "\(TenantID(row.4))",
            cell: row.5,
            createdAt: time(row.6),
            suspendedAt: row.7.map(time),
            suspensionReason: row.8,
            endsAt: row.9.map(time),
            deletionReason: row.10,
            deletedAt: row.11.map(time)
        )
    }
}
