package import Logging
package import Postgres
internal import Tracing

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
    package let heads = PositionWatch()
    /// Reads for whoever holds a connection of its own, such as a projector.
    package let queries: EventQueries

    let configuration: Configuration
    let logger: Logger
    let dictionary = TypeDictionary()
    /// Connects as `reader`.
    let readers: PostgresPool
    /// Connects as `daybook_appender`, for the functions beside the append: types, tenants, outcomes.
    let functions: PostgresPool
    private let appenders: [Appender]

    /// Connects lazily; the type dictionary is read on first use and grows by `es.type_id`.
    package init(_ configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        queries = EventQueries(dictionary: dictionary)
        readers = PostgresPool(configuration.reader, size: configuration.readConnections, queueLimit: 1_000)
        functions = PostgresPool(configuration.appender, size: 1, queueLimit: 1_000)
        let metrics = AppendMetrics()
        appenders = (0..<configuration.appenders).map { [heads] number in
            Appender(
                configuration.appender,
                number: number,
                queueLimit: max(1, configuration.queueLimit / configuration.appenders),
                batchLimit: configuration.batchLimit,
                heads: heads,
                metrics: metrics,
                logger: logger
            )
        }
    }

    /// Commands that wait for a batch now.
    package var waitingAppends: Int { appenders.reduce(0) { $0 + $1.waiting } }

    /// The pools beside the append connections, by what they do.
    package var pools: [(name: String, pool: PostgresPool)] {
        [("log_readers", readers), ("log_functions", functions)]
    }

    /// Commits the command with whatever else is in flight and gives its verdict. Verdict "retry" is dealt with inside.
    ///
    /// A command that was sent when the connection broke is sent again under its key. If its events are then found in the log,
    /// it comes back as accepted, at the positions they have; the versions of streams that it only guarded by `.exists` or
    /// `.any` are missing in that case. So a repeat with the same event identifiers, whose call broke, says accepted again and
    /// not duplicate. A command without events comes back as accepted if the kept answer is its own.
    package func append(_ command: AppendCommand, to partition: Partition) async throws(AppendError) -> AppendVerdict {
        let span = startSpan("append", ofKind: .client)
        defer { span.end() }
        let deadline = ContinuousClock.now + configuration.patience
        let prepared = try PreparedCommand(command, types: try await typeNumbers(of: command.events, until: deadline))
        let appender = appenders[Int(partition.number.magnitude) % appenders.count]
        let answer = await withCheckedContinuation { continuation in
            appender.submit(PendingAppend(prepared, to: partition, deadline: deadline, continuation: continuation))
        }
        if case .failure(let error) = answer { span.recordError(error) }
        return try answer.get()
    }

    /// Commits what is queued, then closes the connections.
    package func close() async {
        for appender in appenders { await appender.close() }
        await functions.close()
        await readers.close()
    }

    /// The dictionary, with the types of these events in it. A type that is new to this process is asked for until `deadline`.
    private func typeNumbers(
        of events: [NewEvent],
        until deadline: ContinuousClock.Instant
    ) async throws(AppendError) -> [EventType: Int32] {
        var numbers = dictionary.numbers
        for event in events where numbers[event.type] == nil {
            guard let version = Int32(exactly: event.type.version), version > 0 else {
                throw .malformed("\(event.type) has no schema version")
            }
            dictionary.add(event.type, try await number(of: event.type.name, version, until: deadline))
            numbers = dictionary.numbers
        }
        return numbers
    }

    private func number(
        of type: String,
        _ version: Int32,
        until deadline: ContinuousClock.Instant
    ) async throws(AppendError) -> Int32 {
        while true {
            do {
                return try await functions.query("SELECT es.type_id(\(type), \(version))", as: Int32.self)[0]
            } catch {
                guard error.isUnavailable else { throw .malformed(error.message) }
                // Asking twice does no harm, unlike appending, which the loop of the appender sees to.
                do { try await Task.sleep(for: .milliseconds(50)) } catch { throw .unavailable("cancelled") }
                guard deadline > .now else { throw .unavailable(error.message) }
            }
        }
    }
}
