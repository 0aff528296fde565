internal import ArgumentParser
internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// `daybook parked …`
struct ParkedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parked",
        abstract: "Shows the streams with an event that could not be projected, and has them projected again.",
        discussion: """
            What is done about a stream is an event of its own in the log, with who did it. When it is projected, whoever can see \
            the tenant's rooms is told to load them afresh.
            """,
        subcommands: [List.self, Retry.self, Drop.self]
    )

    /// `daybook parked list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The parked streams: where, why, and how many events wait."
        )

        @OptionGroup var installation: InstallationOptions

        func run() throws {
            let installation = try Installation(self.installation)
            let connection = try PostgresConnection(installation.configuration(.product, as: .projector))
            let rows = try connection.execute(
                """
                SELECT s.tenant, s.stream, s.partition, s.position, s.type, s.reason, s.parked_at,
                       (SELECT count(*) FROM rm.parked p WHERE p.tenant = s.tenant AND p.cause = s.stream)
                  FROM rm.parked_streams s ORDER BY s.parked_at
                """
            ).decode((UUID, UUID, Int32, Position, String, String, PostgresTimestamp, Int64).self)
            for (tenant, stream, partition, position, type, reason, parkedAt, waiting) in rows {
                let time = Timestamp(microseconds: parkedAt.microsecondsSince1970)
                print("stream \(stream.text) of tenant \(tenant.text), partition \(partition)")
                print("  parked \(time) by the event at position \(position), \(type); \(waiting) events wait")
                print("  \(reason)")
            }
            if rows.isEmpty { print("no stream is parked") }
        }
    }

    /// Which stream, and who asks.
    struct Target: ParsableArguments {
        @Argument(help: "The stream, as `daybook parked list` shows it.")
        var stream: String

        @Option(help: "The tenant's name.")
        var tenant: String

        @Option(help: "Who asks for it; stands in the log.")
        var by: String = NSUserName()

        @OptionGroup var installation: InstallationOptions

        func validate() throws {
            guard UUID(text: stream) != nil else { throw ValidationError("a stream is a UUID in lower case") }
        }

        /// Repairs the stream by the command that `repair` makes for it and the position that parked it, and waits for the outcome.
        func repair(_ repair: @Sendable @escaping (UUID, Position) -> RepairStream) async throws {
            guard let stream = UUID(text: stream) else { throw ValidationError("a stream is a UUID in lower case") }
            try await Workbench.run(installation) { workbench in
                let tenant = try await workbench.tenant(named: self.tenant)
                let installation = try Installation(self.installation)
                let pool = PostgresPool(installation.configuration(.product, as: .projector), size: 1, queueLimit: 10)
                let outcome: Result<Void, any Error>
                do {
                    outcome = .success(
                        try await Self.repair(stream, of: tenant, with: repair, workbench.handler, pool)
                    )
                } catch { outcome = .failure(error) }
                await pool.close()
                try outcome.get()
            }
        }

        private static func repair(
            _ stream: UUID,
            of tenant: Tenant,
            with repair: (UUID, Position) -> RepairStream,
            _ handler: CommandHandler,
            _ pool: PostgresPool
        ) async throws {
            guard let position = try await parkedAt(stream, of: tenant, pool) else {
                throw ToolError("the tenant has no parked stream \(stream.text)")
            }
            let caller = Caller(tenant: tenant, actor: .system, user: nil)
            let result = try await handler.handle(repair(stream, position), in: CommandContext(caller: caller))
            let deadline = ContinuousClock.now + .seconds(30)
            while try await projected(tenant.partition, pool) < result.position {
                guard deadline > .now else {
                    throw ToolError("asked for at position \(result.position); the projector is not there yet")
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            if let next = try await parkedAt(stream, of: tenant, pool) {
                print("still parked, now by the event at position \(next)")
                throw ExitCode.failure
            }
            print("projected; whoever can see the tenant's rooms is told to load them afresh")
        }

        private static func parkedAt(_ stream: UUID, of tenant: Tenant, _ pool: PostgresPool) async throws -> Position?
        {
            try await pool.query(
                "SELECT position FROM rm.parked_streams WHERE tenant = \(tenant.id) AND stream = \(stream)",
                as: Position.self
            ).first
        }

        private static func projected(_ partition: Partition, _ pool: PostgresPool) async throws -> Position {
            try await pool.query(
                "SELECT position FROM rm.checkpoints WHERE projection = 'product' AND partition = \(partition.number)",
                as: Position.self
            ).first ?? 0
        }
    }

    /// `daybook parked retry STREAM`
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Projects a parked stream again, after what was wrong has been mended."
        )

        @OptionGroup var target: Target

        func run() async throws {
            try await target.repair { [by = target.by] stream, position in
                RepairStream(retrying: stream, parkedAt: position, by: by)
            }
        }
    }

    /// `daybook parked drop STREAM --reason …`
    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Projects a parked stream again without the event that parked it, for good.",
            discussion: "The event stays in the log; no read model and no subscriber will ever know of it."
        )

        @OptionGroup var target: Target

        @Option(help: "Why it may be left out; stands in the log.")
        var reason: String

        func run() async throws {
            try await target.repair { [by = target.by, reason] stream, position in
                RepairStream(of: stream, dropping: position, because: reason, by: by)
            }
        }
    }
}
