internal import ArgumentParser
internal import Foundation
internal import TransparencyLog

extension AuditCommand {
    /// `daybook audit verify-receipt FILE`
    struct VerifyReceipt: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Checks a receipt from /api/audit/receipts against the log's public key. Needs no database.",
            discussion: """
                It proves that the log says that the person was forgotten, and which key was destroyed with it. That no copy of \
                the key is left is the word of whoever keeps the key table and its backups.
                """
        )

        @Argument(help: "The answer of the API, as it came.")
        var file: String

        @Option(help: "The log's public key, or a file that holds it. Not one that came with the receipt.")
        var publicKey: String

        func run() throws {
            let verifier = try HeadVerifier(fileOrText: publicKey)
            let data = try ToolFile.content(of: file)
            do {
                let receipt = try JSONDecoder().decode(ErasureReceipt.self, from: data)
                let statement = try receipt.verify(by: verifier)
                print(
                    "\(receipt.user) of tenant \(receipt.proof.event.tenant) was forgotten (\(statement.reason.printable)),"
                )
                print(
                    "by \(statement.by?.printable ?? "an operator"), as the event \(receipt.proof.event.id) says at position"
                )
                print("\(receipt.proof.position) of \(statement.head.origin), by its head at \(statement.head.size);")
                print(
                    "with it goes the key \(receipt.key), destroyed at \(receipt.destroyedAt) by the installation's word"
                )
            } catch {
                print("FAULT \(error)")
                print("the receipt does NOT hold")
                throw ExitCode.failure
            }
        }
    }
}
