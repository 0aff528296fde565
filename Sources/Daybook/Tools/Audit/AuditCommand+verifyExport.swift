internal import ArgumentParser
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

        @Option(help: "A file with a signed head that you kept before; may be given several times.")
        var against: [String] = []

        func run() throws {
            let verifier = try HeadVerifier(fileOrText: publicKey)
            let kept = try against.map { file in
                guard let note = FileManager.default.contents(atPath: file) else {
                    throw ToolError("cannot read \(file)")
                }
                do {
                    return try verifier.open(String(decoding: note, as: UTF8.self))
                } catch {
                    throw ToolError("\(file): \(error)")
                }
            }
            do throws(ExportFault) {
                try ExportVerifier(verifier).verify(folder, against: kept).print()
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
