internal import ArgumentParser
internal import EventStore
internal import Events
internal import TenantAPI

extension AuditCommand {
    /// `daybook audit as-of ENTITY`
    struct AsOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "as-of",
            abstract:
                "Writes what a room, a message, a user or a membership was at a position or a time, as a JSON object.",
            discussion: "The answer is that of GET /api/audit/as-of. Without a position or a time it is what is now."
        )

        @Argument(help: "The identifier of a room, a message or a user: room_…, msg_…, user_…")
        var entity: String

        @Option(help: "The tenant's name.")
        var tenant: String

        @Option(help: "With a room: this user's membership of it.")
        var member: UserID?

        @Option(help: "A position of the log.")
        var position: Int64?

        @Option(help: "An RFC 3339 time.")
        var time: Timestamp?

        @OptionGroup var installation: InstallationOptions

        func validate() throws {
            guard position == nil || time == nil else {
                throw ValidationError("--position and --time exclude each other")
            }
            guard position ?? 0 >= 0 else { throw ValidationError("a position is not negative") }
        }

        func run() async throws {
            try await AuditBench.run(installation, tenant) { queries, tenant in
                try AuditBench.write(try await queries.asOf(entity, member, of: tenant, at: position, or: time))
            }
        }
    }
}
