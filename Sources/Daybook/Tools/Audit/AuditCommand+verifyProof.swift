internal import ArgumentParser
internal import Foundation
internal import TransparencyLog

extension AuditCommand {
    /// `daybook audit verify-proof FILE`
    struct VerifyProof: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a proof from /api/audit/proofs against the log's public key. Needs no database.",
            discussion: """
                An inclusion proof holds the event itself. A consistency proof goes on from a head that you kept: name the file \
                with its note by --since.
                """
        )

        @Argument(help: "The answer of the API, as it came.")
        var file: String

        @Option(help: "The log's public key, or a file that holds it. Not one that came with the proof.")
        var publicKey: String

        @Option(help: "A file with the note of the older head.")
        var since: String?

        func run() throws {
            let verifier = try HeadVerifier(fileOrText: publicKey)
            let proof = try ToolFile.content(of: file)
            do {
                if let since {
                    let old = try verifier.open(try ToolFile.text(of: since))
                    let head = try JSONDecoder().decode(ConsistencyProof.self, from: proof)
                        .verify(since: old, by: verifier)
                    print("\(head.origin) has only grown from \(old.head.size) to \(head.size) events;")
                    print("an export proves their times and versions too")
                } else {
                    let inclusion = try JSONDecoder().decode(InclusionProof.self, from: proof)
                    let head = try inclusion.verify(by: verifier)
                    print("the event \(inclusion.event.id), \(inclusion.event.type.printable), stands at position")
                    print("\(inclusion.position) of \(head.origin), by its head at \(head.size)")
                }
            } catch {
                print("FAULT \(error)")
                print("the proof does NOT hold")
                throw ExitCode.failure
            }
        }
    }
}
