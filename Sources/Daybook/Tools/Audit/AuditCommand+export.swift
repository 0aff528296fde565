internal import ArgumentParser
internal import EventStore
internal import Postgres
internal import Sessions
internal import TransparencyLog

extension AuditCommand {
    /// `daybook audit export`
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a tenant's events, and the proof that they are all, to a folder that anybody can check.",
            discussion: """
                Events of other tenants are in it as hashes only; what is sealed stays sealed. It begins with the commit that \
                --from is in and ends at the first signed head that covers --to. Check it by `daybook audit verify-export`.
                """
        )

        @Option(help: "The tenant's name.")
        var tenant: String

        @Option(help: "A folder that is not there yet, or empty.")
        var out: String

        @Option(help: "A position in the first commit.")
        var from: Int64 = 1

        @Option(help: "The last position that must be in it; by default that of the latest signed head.")
        var to: Int64?

        @Option(help: "The folder in which the signed heads are kept.")
        var heads: String

        @Option(help: "The public key of the signed heads, or a file that holds it.")
        var publicKey: String

        @OptionGroup var installation: InstallationOptions

        func validate() throws {
            guard from >= 1 else { throw ValidationError("positions begin at 1") }
            if let to, to < from { throw ValidationError("--to lies before --from") }
        }

        func run() async throws {
            let verifier = try HeadVerifier(fileOrText: publicKey)
            let installation = try Installation(self.installation)
            let tenant = try await registeredTenant(installation)
            let head = try head(of: tenant.partition, HeadFolder(path: heads, verifier: verifier))
            let exporter = LogExporter(on: try PostgresConnection(installation.configuration(.product, as: .projector)))
            _ = try exporter.export(tenant, from: from, to: head, publicKey: verifier.publicKey, into: out)
            // Nothing that does not fit the signed head leaves the house unnoticed.
            try ExportVerifier(verifier).verify(out, of: tenant.id, from: from).print()
        }

        private func head(of partition: Partition, _ folder: HeadFolder) throws -> SignedTreeHead {
            if let to {
                guard let head = try folder.first(of: partition.number, covering: to) else {
                    throw ToolError("no signed head of partition \(partition) covers position \(to) yet")
                }
                return head
            }
            guard let head = try folder.latest(of: partition.number) else {
                throw ToolError("there is no signed head of partition \(partition) in \(heads)")
            }
            return head
        }

        private func registeredTenant(_ installation: Installation) async throws -> Tenant {
            let pool = PostgresPool(installation.configuration(.control, as: .gateway), size: 1, queueLimit: 1)
            let found: Result<TenantDirectory.Entry?, any Error>
            do { found = .success(try await TenantDirectory(pool: pool).tenant(named: tenant)) } catch {
                found = .failure(error)
            }
            await pool.close()
            guard let entry = try found.get() else { throw ToolError("there is no tenant '\(tenant)'") }
            try installation.expect(tenant, in: entry.cell)
            return entry.tenant
        }
    }
}
