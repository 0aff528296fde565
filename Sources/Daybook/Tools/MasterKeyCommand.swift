internal import ArgumentParser
internal import Crypto
internal import EventStore
internal import Foundation

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
            let digits = SymmetricKey(size: .bits256).withUnsafeBytes { $0.hex }
            // Exclusive: a key that is in use is never overwritten.
            let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            guard descriptor >= 0 else {
                throw ToolError("cannot make \(file): \(String(cString: strerror(errno)))")
            }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: Data((digits + "\n").utf8))
            try handle.synchronize()
        }
    }
}
