internal import ArgumentParser
internal import Crypto
internal import EventStore
internal import Foundation

/// `daybook master-key …`
struct MasterKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key",
        abstract: "Makes an installation's root secrets, and changes them while it runs.",
        subcommands: [Create.self, Add.self, Use.self, Rewrap.self, Retire.self]
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

    /// `daybook master-key add FILE`
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a new key to a master key file. It waits, known but not used, until you say `use`."
        )

        @Argument(help: "The master key file.")
        var file: String

        func run() throws {
            let key = MasterKey.random()
            try MasterKeyFile(path: file).change { list throws(MasterKeyList.Fault) in try list.add(key) }
            print(
                "added \(key.id), which waits; once every process has this file: daybook master-key use \(file) \(key.id)"
            )
        }
    }

    /// `daybook master-key use FILE ID`
    struct Use: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has a key used for everything new. What was made under others still opens.",
            discussion:
                "Every process has to know the key before: wait two seconds after `add`, or restart those that have copies."
        )

        @Argument(help: "The master key file.")
        var file: String

        @Argument(help: "The key's id, as `add` said it.")
        var id: String

        func run() throws {
            try MasterKeyFile(path: file).change { list throws(MasterKeyList.Fault) in try list.use(id, at: .now) }
            print("\(id) is used from now on")
        }
    }
}
