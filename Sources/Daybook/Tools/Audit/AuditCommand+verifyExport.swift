internal import ArgumentParser
internal import EventStore
internal import Foundation
internal import TransparencyLog

extension AuditCommand {
    /// `daybook audit verify-export FOLDER`
    struct VerifyExport: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Checks an export against the log's public key. Needs no database and no other secret or setting.",
            discussion: """
                Every event is hashed anew, and the chain and the tree over all of them must be those of the signed head. Keep \
                the head that comes with an export: a later export that is no continuation of it is found by --against.
                """
        )

        @Argument(help: "The folder that `daybook audit export` wrote.")
        var folder: String

        @Option(help: "The log's public key, or a file that holds it. Not the one that came with the export.")
        var publicKey: String

        @Option(help: "The identifier of the tenant whose export it has to be.")
        var tenant: String?

        @Option(help: "A position that has to be in it; all before the export is taken as it is told.")
        var from: Int64 = 1

        @Option(help: "A file with a signed head that you kept before; may be given several times.")
        var against: [String] = []

        func validate() throws {
            guard from >= 1 else { throw ValidationError("positions begin at 1") }
            if let tenant, UUID(text: tenant) == nil {
                throw ValidationError("--tenant is the tenant's identifier, as an export's manifest spells it")
            }
        }

        func run() throws {
            let verifier = try HeadVerifier(fileOrText: publicKey)
            let kept = try against.map { file in
                do {
                    return try verifier.open(try ToolFile.text(of: file))
                } catch let error as NoteError {
                    throw ToolError("\(file): \(error)")
                }
            }
            do throws(ExportFault) {
                let tenant = tenant.flatMap { UUID(text: $0) }
                try ExportVerifier(verifier).verify(folder, of: tenant, from: from, against: kept).print()
                for head in kept { Swift.print("it continues the head that you kept, at \(head.head.size)") }
                Swift.print("the export is whole")
            } catch {
                Swift.print("FAULT \(error)")
                Swift.print("the export is NOT whole")
                throw ExitCode.failure
            }
        }
    }
}

extension ExportReport {
    /// Says what is there, to standard output.
    func print() {
        let head = head.head
        Swift.print(
            "positions \(manifest.first) to \(manifest.last) of partition \(head.partition), in \(commits) commits"
        )
        if let times { Swift.print("committed from \(Self.text(times.lowerBound)) to \(Self.text(times.upperBound))") }
        Swift.print("\(events) events of the tenant \(manifest.tenant.uuidString.lowercased()), \(leaves) of others")
        Swift.print("head \(head.origin) at \(head.size), root \(Data(head.root).base64EncodedString())")
    }

    private static func text(_ microseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
            .formatted(
                .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted)
            )
    }
}
