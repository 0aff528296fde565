internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Postgres

extension InternalAPI {
    var tenantEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/internal/tenants/{tenant}",
                "Where a tenant lives, and whether it may be used",
                access: .services(.tenantsRead),
                limit: .services
            ) { call in
                Reply(try await place(of: try call.id("tenant")))
            }
        ]
    }

    private struct TenantPlaceView: Codable, EndpointAnswer {
        enum State: String, Codable, CaseIterable, ShapedValue {
            case provisioning, active, suspended, deleted
        }

        let id: String
        let orgID: String
        /// The organization's name, as in addresses.
        let slug: String
        let state: State
        /// Null until it has a place.
        let cell: String?
        let partition: Int32?

        private enum CodingKeys: String, CodingKey {
            case id, slug, state, cell, partition
            case orgID = "org_id"
        }
    }

    private func place(of tenant: TenantID) async throws -> TenantPlaceView {
        let rows = try await pool.query(
            """
            SELECT o.org, o.slug, t.state, t.cell, t.partition
              FROM rm.tenants t JOIN rm.orgs o ON o.tenant = t.tenant WHERE t.tenant = \(tenant.uuid)
            """,
            as: (UUID, String, String, String?, Int32?).self
        )
        guard let row = rows.first, let state = TenantPlaceView.State(rawValue: row.2) else {
            throw Problem.missing(TenantEvent.self)
        }
        return TenantPlaceView(
            id: "\(tenant)",
            orgID: "\(OrgID(row.0))",
            slug: row.1,
            state: state,
            cell: row.3,
            partition: row.4
        )
    }
}
