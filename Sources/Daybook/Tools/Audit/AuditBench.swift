internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import Postgres
internal import Projections
internal import TenantAPI

/// What the tools of auditors read with.
enum AuditBench {
    /// Lends the queries and a tenant to `body`; what an auditor would be answered instead is thrown as a `ToolError`.
    static func run(
        _ options: InstallationOptions,
        _ slug: String,
        _ body: (AuditQueries, Tenant) async throws -> Void
    ) async throws {
        let installation = try Installation(options)
        try await Workbench.run(installation) { workbench in
            let tenant = try await workbench.tenant(named: slug)
            let pool = PostgresPool(installation.configuration(.product, as: .gateway), size: 1, queueLimit: 10)
            let queries = AuditQueries(
                log: workbench.log,
                codec: workbench.handler.codec,
                reads: ReadModels(pool: pool, progress: PositionWatch())
            )
            let result: Result<Void, any Error>
            do { result = .success(try await body(queries, tenant)) } catch { result = .failure(error) }
            await pool.close()
            do { try result.get() } catch let problem as Problem { throw ToolError(problem.detail) }
        }
    }

    /// A line of JSON on standard output.
    static func write(_ value: some Encodable) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(JSONWriter.bytes(of: value) + "\n".utf8))
    }
}
