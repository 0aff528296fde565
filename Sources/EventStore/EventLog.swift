package import Foundation
package import Logging
package import Postgres

/// The log of one database: commands go in, each gets a verdict; events come out in the order of their commits.
package final class EventLog: Sendable {
    package struct Configuration: Sendable {
        /// Connects as the role `daybook_appender`.
        package var appender: PostgresConfiguration
        /// Connects as a role that may read the log: `daybook_gateway` (bound to the tenant), `daybook_projector` or `daybook_auditor`.
        package var reader: PostgresConfiguration
        /// Append connections; each serves the partitions whose number is its own modulo this count.
        package var appenders = 2
        package var readConnections = 2
        /// Commands that may wait for a batch; beyond it `AppendError.overloaded`.
        package var queueLimit = 10_000
        package var batchLimit = 500
        /// How long an append goes on trying while Postgres is away.
        package var patience: Duration = .seconds(5)

        package init(appender: PostgresConfiguration, reader: PostgresConfiguration) {
            self.appender = appender
            self.reader = reader
        }
    }

    /// Advances after each durable commit of this process, and when `run` sees that others have committed.
    package let heads: PositionWatch
    /// Reads for whoever holds a connection of its own, such as a projector.
    package let queries: EventQueries

    /// Connects lazily; the type dictionary is read on first use and grows by `es.type_id`.
    package init(_ configuration: Configuration, logger: Logger) {
        fatalError("seam")
    }

    /// Commits the command with whatever else is in flight and gives its verdict. Verdict "retry" is dealt with inside.
    package func append(_ command: AppendCommand, to partition: Partition) async throws(AppendError) -> AppendVerdict {
        fatalError("seam")
    }

    /// What was answered to this key, if it is still kept.
    package func outcome(of key: [UInt8], for tenant: Tenant) async throws(PostgresError) -> CommandOutcome? {
        fatalError("seam")
    }

    /// Up to `limit` events of a partition with positions after `position`, oldest first.
    package func read(_ partition: Partition, after position: Position, limit: Int) async throws(PostgresError) -> [RecordedEvent] {
        fatalError("seam")
    }

    /// Up to `limit` events of a partition with positions before `position`, newest first.
    package func read(_ partition: Partition, before position: Position, limit: Int) async throws(PostgresError) -> [RecordedEvent] {
        fatalError("seam")
    }

    /// Up to `limit` events of a stream with versions after `version`, oldest first.
    package func read(
        stream: UUID,
        of tenant: Tenant,
        after version: StreamVersion,
        limit: Int = 10_000
    ) async throws(PostgresError) -> [RecordedEvent] {
        fatalError("seam")
    }

    /// Up to `limit` of a tenant's events with positions in (`position`, `last`], oldest first.
    package func read(
        of tenant: Tenant,
        after position: Position,
        through last: Position = .max,
        limit: Int
    ) async throws(PostgresError) -> [RecordedEvent] {
        fatalError("seam")
    }

    /// The position of each partition's last event.
    package func currentHeads() async throws(PostgresError) -> [Partition: Position] {
        fatalError("seam")
    }

    /// All events of a partition after `position`, then what comes, in pages; read only as fast as the caller iterates.
    package func tail(_ partition: Partition, after position: Position, page: Int = 500) -> EventTail {
        EventTail(log: self, partition: partition, position: position, page: page)
    }

    /// Looks at all heads every `interval`, as the fallback for wake-ups that got lost. Returns when cancelled.
    package func run(interval: Duration = .milliseconds(25)) async {
        fatalError("seam")
    }

    /// Commits what is queued, then closes the connections.
    package func close() async {
        fatalError("seam")
    }
}

/// What a command was answered, as the log keeps it.
package struct CommandOutcome: Sendable, Equatable {
    /// 32 bytes: hash of the request.
    package let request: [UInt8]
    package let first: Position
    package let last: Position
    package let answer: [UInt8]?

    package init(request: [UInt8], first: Position, last: Position, answer: [UInt8]?) {
        self.request = request
        self.first = first
        self.last = last
        self.answer = answer
    }
}
