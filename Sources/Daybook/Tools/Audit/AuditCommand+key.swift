internal import ArgumentParser
internal import TransparencyLog

extension AuditCommand {
    /// `daybook audit key …`
    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the key that the log's heads are signed with.",
            subcommands: [Create.self]
        )

        /// `daybook audit key create FILE --name NAME`
        struct Create: ParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Writes a new signer key to a file that only you can read, and prints its public key.",
                discussion: "Give the public key to whoever is to check the log; they need nothing else of you."
            )

            @Argument(help: "A file that is not there yet.")
            var file: String

            @Option(help: "The log's name, such as example.com/daybook: it stands in every head.")
            var name: String

            func run() throws {
                let signer = try HeadSigner(newKeyFor: name)
                try SecretFile.create(file, signer.privateKey)
                print(signer.publicKey)
            }
        }
    }
}
