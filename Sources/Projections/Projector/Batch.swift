internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// Events of one partition, in order, on their way into the read models, less those that must be set aside.
struct Batch {
    /// Which streams are parked after these events.
    private(set) var parked: ParkedStreams
    private var changes: any Changes
    private var aside: [Write] = []

    init(_ set: ReadModelSet, after parked: ParkedStreams, isLate: Bool = false) {
        self.parked = parked
        changes = set.changes(isLate)
    }

    /// Takes the next event: projects it, or sets it aside because it is poison or depends on a parked stream.
    mutating func add(_ event: LogEvent) {
        if let cause = parked.cause(of: event) {
            setAside(event.raw, waitingFor: cause, reason: "it follows an event that was set aside")
            return
        }
        switch (event.decoded, event.parks) {
        // First, so that the reason is the one that was written when it was set aside for the first time.
        case (.failure(let poison), _), (.success, let poison?): park(event.raw, poison)
        case (.success(let recorded), nil):
            guard changes.knows(recorded.event) else { return park(event.raw, Poison("the event is of another log")) }
            changes.apply(recorded)
        }
    }

    /// Sets an event aside, and with it all that comes after it in its stream.
    mutating func park(_ raw: RecordedEvent, _ poison: Poison) {
        parked.insert(Parking(event: raw, poison: poison))
        aside.append(
            Write(
                """
                INSERT INTO rm.parked_streams (tenant, stream, partition, position, type, reason)
                VALUES (\(raw.tenant), \(raw.stream), \(raw.partition.number), \(raw.position), \(raw.type.description),
                        \(poison.reason))
                """
            )
        )
        setAside(raw, waitingFor: raw.stream, reason: poison.reason)
    }

    private mutating func setAside(_ raw: RecordedEvent, waitingFor cause: UUID, reason: String) {
        aside.append(
            Write(
                """
                INSERT INTO rm.parked (tenant, position, partition, stream, type, cause, reason)
                VALUES (\(raw.tenant), \(raw.position), \(raw.partition.number), \(raw.stream), \(raw.type.description), \(cause),
                        \(reason))
                """
            )
        )
    }

    /// Everything, as one list of statements.
    mutating func finish() -> [Write] {
        changes.finish() + aside
    }
}

extension PostgresConnection {
    /// Projects events that come late inside of the caller's transaction, many in one statement as others are: a savepoint for each
    /// would slow down every snapshot of the server. One by one only where one of them cannot be projected.
    ///
    /// - Returns: which streams are parked now.
    func projectLate(_ events: [LogEvent], into set: ReadModelSet, after parked: ParkedStreams) throws -> ParkedStreams
    {
        var parked = parked
        var rest = events[...]
        while !rest.isEmpty {
            let run = Array(rest.prefix(500))
            rest = rest.dropFirst(run.count)
            var batch = Batch(set, after: parked, isLate: true)
            for event in run { batch.add(event) }
            try executeScript("SAVEPOINT run")
            do {
                try self.run(batch.finish())
                parked = batch.parked
            } catch {
                guard Poison(error) != nil else { throw error }
                try executeScript("ROLLBACK TO SAVEPOINT run")
                parked = try projectSingly(run, into: set, after: parked, areLate: true)
            }
            try executeScript("RELEASE SAVEPOINT run")
        }
        return parked
    }

    /// Projects events one by one inside of the caller's transaction: those that cannot be are parked, all others go in.
    ///
    /// - Returns: which streams are parked now.
    func projectSingly(
        _ events: [LogEvent],
        into set: ReadModelSet,
        after parked: ParkedStreams,
        areLate: Bool = false
    ) throws -> ParkedStreams {
        var parked = parked
        for event in events {
            var batch = Batch(set, after: parked, isLate: areLate)
            batch.add(event)
            try executeScript("SAVEPOINT event")
            do {
                try run(batch.finish())
            } catch {
                guard let poison = Poison(error) else { throw error }
                try executeScript("ROLLBACK TO SAVEPOINT event")
                batch = Batch(set, after: parked)
                batch.park(event.raw, poison)
                try run(batch.finish())
            }
            try executeScript("RELEASE SAVEPOINT event")
            parked = batch.parked
        }
        return parked
    }
}
