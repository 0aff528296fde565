internal import ArgumentParser

/// `daybook audit …`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Looks whether the log is what it was, and shows it to others.",
        subcommands: [
            Events.self, AsOf.self, Verify.self, VerifyProof.self, VerifyReceipt.self, Export.self, VerifyExport.self,
            Key.self,
        ]
    )
}
