internal import ArgumentParser
internal import EventStore
internal import Postgres
internal import Settings
internal import TransparencyLog

extension AuditCommand {
    /// `daybook audit verify`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Computes every hash of the log anew and checks positions, versions and times. Writers may go on meanwhile.",
            discussion: """
                Those of the control log and of the cell's. A changed byte in any column is found. Whoever may rewrite the whole chain, or cut off its end, is found by the \
                signed heads that are kept elsewhere: name their folder by --heads.
                """
        )

        @OptionGroup var heads: HeadOptions
        @OptionGroup var installation: InstallationOptions

        func run() throws {
            let settings = try Settings(installation, heads)
            let installation = try Installation(settings)
            var isWhole = try verify(.control, of: installation, against: nil)
            let folder = try HeadKeys(of: installation.cell, settings).folder()
            isWhole = try verify(.product, of: installation, against: folder) && isWhole
            print(isWhole ? "the log is whole" : "the log is NOT whole")
            if !isWhole { throw ExitCode.failure }
        }

        private func verify(
            _ database: Installation.Database,
            of installation: Installation,
            against folder: HeadFolder?
        ) throws -> Bool {
            let connection = try PostgresConnection(installation.configuration(database, as: .projector))
            let partitions = try connection.execute("SELECT partition FROM es.heads ORDER BY partition").decode(
                Int32.self
            )
            var verifier = LogVerifier(on: connection)
            var isWhole = true
            for partition in partitions {
                // Of the heads that are there before the log is looked at, the log has all: writers and signers go on.
                let heads = try folder?.heads(of: partition)
                let report = try verifier.verify(Partition(partition), against: heads)
                let hash = report.hash.hex
                print(
                    "\(database == .control ? "control" : "partition \(partition)"): \(report.events) events in \(report.commits) commits, head \(report.head) \(hash)"
                        + (folder == nil ? "" : ", \(report.heads) signed heads")
                )
                for fault in report.faults { print("  FAULT \(fault)") }
                isWhole = isWhole && report.faults.isEmpty
            }
            return isWhole
        }
    }
}
