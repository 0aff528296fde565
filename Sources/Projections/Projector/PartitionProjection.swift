internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// One partition's way into the read models, as long as this process owns it. Blocking, for a thread of its own.
struct PartitionProjection {
    private(set) var lease: Lease
    private let set: ReadModelSet
    private var parked: ParkedStreams
    private let unparking: Unparking
    private var batches = 0

    /// Takes the partition over; nil while another owns it.
    init?(
        into set: ReadModelSet,
        of partition: Partition,
        by owner: UUID,
        for duration: Duration,
        unparking: Unparking,
        on connection: PostgresConnection
    ) throws {
        guard let lease = try Lease.acquire(set.name, of: partition, by: owner, for: duration, on: connection) else {
            return nil
        }
        self.lease = lease
        self.set = set
        self.unparking = unparking
        try connection.planOnce()
        // Read under the lease, so that nobody parks anything after it.
        parked = try ParkedStreams.load(of: partition, on: connection)
    }

    var position: Position { lease.position }

    /// Writes what the events say, with the checkpoint behind them, in one transaction. They follow `position` without a gap.
    ///
    /// Throws `Deposed` when the partition is another's now, and what the database says when it is away: then nothing of this
    /// has happened, or, if the commit's answer was lost, all of it. Either way the partition must be taken anew.
    ///
    /// - Returns: the events that were parked.
    @discardableResult
    mutating func project(_ events: [LogEvent], on connection: PostgresConnection) throws -> [Parking] {
        var parkings: [Parking] = []
        var rest = events[...]
        // A repair takes up what was set aside before it; nothing is erased for an event that turns out to be set aside.
        while let index = rest.firstIndex(where: { $0.repair != nil || $0.forgotten != nil }) {
            parkings += try projectBatch(rest[..<index], on: connection)
            if let repair = rest[index].repair {
                parked = try perform(repair, at: rest[index].raw, on: connection)
                lease.position = rest[index].raw.position
                parkings += parked.takeNews()
            } else {
                try eraseAhead(rest[index], on: connection)
                parkings += try projectBatch(rest[index...index], on: connection)
            }
            rest = rest[(index + 1)...]
        }
        return try parkings + projectBatch(rest, on: connection)
    }

    private mutating func projectBatch(
        _ events: ArraySlice<LogEvent>,
        on connection: PostgresConnection
    ) throws -> [Parking] {
        guard let last = events.last?.raw else { return [] }
        do {
            parked = try together(events, through: last.position, on: connection)
        } catch {
            guard Poison(error) != nil else { throw error }
            parked = try singly(events, through: last.position, on: connection)
        }
        lease.position = last.position
        // A plan from when the tables were all but empty may look a message up by its tenant alone, since every index that
        // begins with the tenant seems as good then; it would go on to read all of the tenant's messages for each of its events.
        batches += 1
        if batches & (batches - 1) == 0 { try connection.planAnew() }
        return parked.takeNews()
    }

    /// Erases what a person said whom the event forgets, in steps that are short enough for the lease and for whoever reads.
    private func eraseAhead(_ event: LogEvent, on connection: PostgresConnection) throws {
        guard let user = event.forgotten, event.parks == nil, parked.cause(of: event) == nil else { return }
        let erasure = Erasure(of: user, in: event.raw.tenant)
        var done: Position? = 0
        while let after = done {
            done = try connection.transaction { connection in
                try lease.renew(on: connection)
                let (last, count) = try connection.execute(erasure.erasing(after: after, limit: Erasure.step))
                    .decode((Position?, Int64).self)[0]
                return count == Erasure.step ? last : nil
            }
        }
    }

    private func together(
        _ events: ArraySlice<LogEvent>,
        through last: Position,
        on connection: PostgresConnection
    ) throws -> ParkedStreams {
        var batch = Batch(set, after: parked)
        for event in events { batch.add(event) }
        let writes = batch.finish()
        let statements = [lease.advancing(to: last)] + writes.map(\.sql)
        return try connection.transaction(opening: statements) { _, results in
            try lease.expectOne(results[0])
            for (write, result) in zip(writes, results.dropFirst()) { try write.check(result) }
            return batch.parked
        }
    }

    /// Finds the event for which `together` failed.
    private func singly(
        _ events: ArraySlice<LogEvent>,
        through last: Position,
        on connection: PostgresConnection
    ) throws -> ParkedStreams {
        try connection.transaction { connection in
            try lease.advance(to: last, on: connection)
            return try connection.projectSingly(Array(events), into: set, after: parked)
        }
    }

    private func perform(
        _ repair: RepairEvent,
        at raw: RecordedEvent,
        on connection: PostgresConnection
    ) throws -> ParkedStreams {
        try connection.transaction { connection in
            try lease.advance(to: raw.position, on: connection)
            let tenant = Tenant(id: raw.tenant, partition: raw.partition)
            return try unparking.unpark(repair, at: raw.position, of: tenant, into: set, on: connection)
        }
    }
}

extension LogEvent {
    /// What it asks to be repaired, if it does.
    fileprivate var repair: RepairEvent? {
        guard case .success(let recorded) = decoded, case .repair(_, let repair) = recorded.event else { return nil }
        return repair
    }

    /// Whom it forgets, if it does.
    fileprivate var forgotten: UserID? {
        guard case .success(let recorded) = decoded, case .user(let user, .forgotten) = recorded.event else {
            return nil
        }
        return user
    }
}
