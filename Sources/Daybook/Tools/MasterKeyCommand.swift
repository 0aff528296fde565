internal import ArgumentParser
internal import Crypto
internal import EventStore

/// `daybook master-key …`
struct MasterKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key",
        abstract: "Makes an installation's root secret.",
        subcommands: [Create.self]
    )

    /// `daybook master-key create FILE`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Writes a new master key to a file that only you can read. Without it nothing sealed can be opened: keep it."
        )

        @Argument(help: "A file that is not there yet.")
        var file: String

        func run() throws {
            try SecretFile.create(file, SymmetricKey(size: .bits256).withUnsafeBytes { $0.hex })
        }
    }
}
