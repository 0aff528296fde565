internal import ArgumentParser
internal import EventStore
internal import Events
internal import Foundation
internal import Projections
internal import TenantAPI

extension AuditCommand {
    /// `daybook audit events`
    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes every event of a tenant's log that matches, oldest first, a JSON object a line.",
            discussion: """
                The lines are those of GET /api/audit/events, personal texts opened; the last one says how far the log was read, \
                for --after-position to go on from.
                """
        )

        @Option(help: "The tenant's name.")
        var tenant: String

        @Option(
            help: "Who did it, or on whose behalf: the identifier of a user, system, or integration: and its name."
        )
        var actor: Actor?

        @Option(help: "The name of a type, such as messaging.message_posted.")
        var type: String?

        @Option(help: "The identifier of a stream, such as room_… or msg_…")
        var stream: String?

        @Option(help: "What happened in a room or to it: room_…")
        var room: RoomID?

        @Option(help: "Only what was recorded at this RFC 3339 time or later.")
        var from: Timestamp?

        @Option(help: "Only what was recorded at this RFC 3339 time or earlier.")
        var to: Timestamp?

        @Option(help: "Only events after this position.")
        var afterPosition: Int64 = 0

        @Option(help: "Only events up to this position.")
        var throughPosition: Int64 = .max

        @Option(help: "How many events at most.")
        var maxEvents: Int = .max

        @OptionGroup var installation: InstallationOptions

        func validate() throws {
            guard afterPosition >= 0, throughPosition >= 0 else { throw ValidationError("a position is not negative") }
            guard maxEvents > 0 else { throw ValidationError("--max-events takes a number above 0") }
            guard stream.map({ EventCatalog.stream(named: $0) != nil }) ?? true else {
                throw ValidationError("--stream takes the identifier of a stream")
            }
        }

        func run() async throws {
            let filter = AuditTrail.Filter(
                actor: actor,
                type: type,
                stream: stream.flatMap { EventCatalog.stream(named: $0) },
                room: room
            )
            let span = AuditQueries.Span(after: afterPosition, through: throughPosition, from: from, to: to)
            try await AuditBench.run(installation, tenant) { queries, tenant in
                for try await lines in try await queries.events(
                    of: tenant,
                    matching: filter,
                    in: span,
                    limit: maxEvents
                ) {
                    for line in lines { try AuditBench.write(line) }
                }
            }
        }
    }
}

extension Actor: ExpressibleByArgument {
    public init?(argument: String) { self.init(text: argument) }
}

extension StreamID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
