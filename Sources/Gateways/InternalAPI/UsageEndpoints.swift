internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Observability
internal import Postgres
internal import Sessions

extension InternalAPI {
    var usageEndpoints: [Endpoint] {
        [
            Endpoint(
                .put,
                "/api/internal/tenants/{tenant}/usage/{report}",
                "Counts what a tenant has used up; the same report again counts nothing",
                access: .services(.usageWrite),
                body: ReportBody.self,
                problems: [.cellNotServed],
                limit: .services,
                handle: report
            )
        ]
    }

    private struct ReportBody: Decodable, Sendable, NotedFields {
        var meter: Meter
        var quantity: Int64
        var from: Timestamp
        var to: Timestamp
        var userID: EdgeID<UserEvent>?

        private enum CodingKeys: String, CodingKey {
            case meter, quantity, from, to
            case userID = "user_id"
        }

        static let notes: [String: JSONShape.Note] = [
            "meter": .about("One that services report: not messages, users or rooms."),
            "quantity": .about("Units, 1 to 2147483647."),
            "to": .about("At most a day after `from`, and not later than now."),
            "user_id": .about("Who used it, a person or an agent, if that is known."),
        ]
    }

    private func report(_ call: Call, _ body: ReportBody) async throws -> Reply<NoContent> {
        let (tenant, commands) = try await cell(of: try call.id("tenant"))
        guard let report = UsageReportID(try call.text("report")) else { throw Problem.missing(UsageReportEvent.self) }
        let command = ReportUsage(
            report: report.uuid,
            by: call.service.name,
            meter: body.meter,
            quantity: body.quantity,
            from: body.from,
            to: body.to,
            user: body.userID?.id
        )
        let caller = Caller(tenant: tenant, actor: .integration(call.service.name), user: nil)
        let context = CommandContext(
            caller: caller,
            traceparent: call.context.trace?.text,
            requestID: call.context.requestID
        )
        _ = try await commands.handle(command, in: context)
        return Reply()
    }

    /// A tenant that has a place and is not deleted, and what runs commands there. One that is suspended has used what it has.
    private func cell(of id: TenantID) async throws -> (Tenant, CommandHandler) {
        let rows = try await pool.query(
            "SELECT partition, cell FROM rm.tenants WHERE tenant = \(id.uuid) AND state IN ('active', 'suspended')",
            as: (Int32, String).self
        )
        guard let (partition, cell) = rows.first else { throw Problem.missing(TenantEvent.self) }
        guard let commands = cells[cell] else { throw Problem.cellNotServed }
        return (Tenant(id: id.uuid, partition: Partition(partition)), commands)
    }
}

extension Problem {
    fileprivate static var cellNotServed: Problem {
        .unavailable("cell_not_served", "this process does not serve the cell of the tenant")
    }
}
