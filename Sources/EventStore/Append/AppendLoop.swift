internal import Logging
internal import Postgres
internal import Threads

/// What an appender's thread does, until its queue is closed and everything in it is answered.
final class AppendLoop {
    private let link: PostgresLink
    private let queue: BlockingQueue<PendingAppend>
    private let batchLimit: Int
    private let heads: PositionWatch
    private let metrics: AppendMetrics
    private let logger: Logger
    /// What was taken from the queue and has no verdict yet, in the order in which it goes into batches.
    private var waiting: [Partition: [PendingAppend]] = [:]
    /// Read once: a process whose partition has moved must not learn the new epoch and go on.
    private var epochs: [Partition: Int64] = [:]
    private var backoff = Backoff(first: .milliseconds(20), limit: .milliseconds(500))
    private let pause = Monitor(())
    /// How many came in the last round.
    private var lastTaken = 0

    init(
        _ configuration: PostgresConfiguration,
        queue: BlockingQueue<PendingAppend>,
        batchLimit: Int,
        heads: PositionWatch,
        metrics: AppendMetrics,
        logger: Logger
    ) {
        link = PostgresLink(configuration)
        self.queue = queue
        self.batchLimit = batchLimit
        self.heads = heads
        self.metrics = metrics
        self.logger = logger
    }

    func run() {
        while takeMore() {
            for partition in waiting.keys.sorted() {
                guard commitBatch(of: partition) else { break }
            }
        }
    }

    /// Takes what has arrived, and sleeps only if nothing is left to do; false at the end.
    private func takeMore() -> Bool {
        let count = waiting.values.reduce(0) { $0 + $1.count }
        guard count < batchLimit else { return true }
        let room = batchLimit - count
        var taken = count == 0 ? queue.takeAll(max: room) : queue.takeAll(max: room, timeout: .zero)
        // Callers who were just answered come back within moments. The first of them alone would make a batch of one, and
        // all the others wait for its commit.
        if count == 0, let first = taken, first.count < lastTaken / 2, first.count < room {
            pauseFor(.microseconds(100))
            taken = first + (queue.takeAll(max: room - first.count, timeout: .zero) ?? [])
        }
        lastTaken = taken?.count ?? 0
        for pending in taken ?? [] { waiting[pending.partition, default: []].append(pending) }
        return taken != nil || count > 0
    }

    private func pauseFor(_ duration: Duration) {
        _ = pause.wait(until: .now + duration) { _ -> Void? in nil }
    }

    /// Commits one batch and answers it; false when Postgres is away and what has no verdict waits on.
    private func commitBatch(of partition: Partition) -> Bool {
        let all = waiting.removeValue(forKey: partition) ?? []
        // A batch that fails is halved until the command that is to blame is alone.
        var parts = [all.prefix(batchLimit)]
        var retries: [PendingAppend] = []
        var outage: PostgresError?

        while outage == nil, let part = parts.popLast() {
            do {
                retries += try commit(part, to: partition)
            } catch  where error.sqlState == .fenced {
                fail(part, .fenced)
            } catch  where error.isFaultOfCommand {
                if part.count == 1 {
                    fail(part, .malformed(error.message))
                } else {
                    parts += part.halves.reversed()
                }
            } catch {
                outage = error
                parts.append(part)
            }
        }

        var rest = retries + parts.reversed().joined() + all.dropFirst(batchLimit)
        if let outage {
            let unanswered = parts.last?.count ?? 0
            rest = wait(rest, sent: retries.count..<retries.count + unanswered, because: outage)
        } else {
            backoff.reset()
        }
        if !rest.isEmpty { waiting[partition] = rest }
        return outage == nil
    }

    /// Commits and answers the commands of one call; returns those that must be judged again.
    private func commit(
        _ batch: ArraySlice<PendingAppend>,
        to partition: Partition
    ) throws(PostgresError) -> [PendingAppend] {
        guard let first = batch.first else { return [] }
        let connection = try link.connection(until: first.deadline)
        guard let epoch = try epoch(of: partition, on: connection) else {
            fail(batch, .malformed("there is no partition \(partition)"))
            return []
        }
        let commands = batch.lazy.map(\.prepared)
        let call = AppendCall(commands).sql(epoch: epoch, partition: partition)
        let began = ContinuousClock.now
        let reply = try AppendReply(try connection.execute(call))
        heads.advance(partition, to: reply.head)
        let verdicts = reply.verdicts(on: commands)
        metrics.committed(verdicts, in: .now - began)

        var retries: [PendingAppend] = []
        for (pending, verdict) in zip(batch, verdicts) {
            switch verdict {
            case .duplicate(let first, let last, let answer)? where pending.mayBeCommitted:
                do throws(PostgresError) {
                    let own = try pending.ownOutcome(first, last, answer, on: connection)
                    pending.answer(own ?? .duplicate(first: first, last: last, answer: answer))
                } catch {
                    // The next batch asks again.
                    retries.append(pending)
                }
            case let verdict?: pending.answer(verdict)
            case nil: retries.append(pending)
            }
        }
        return retries
    }

    private func epoch(of partition: Partition, on connection: PostgresConnection) throws(PostgresError) -> Int64? {
        if let known = epochs[partition] { return known }
        let epoch = try connection.execute("SELECT epoch FROM es.heads WHERE partition = \(partition.number)")
            .decode(Int64.self).first
        epochs[partition] = epoch
        return epoch
    }

    /// While Postgres is away: gives up commands whose patience is over and returns the others, after a pause if the server
    /// is there and cannot write. One that is not there takes its time by itself.
    ///
    /// - Parameter sent: the commands that were in the call that failed.
    private func wait(
        _ commands: [PendingAppend],
        sent: Range<Int>,
        because error: PostgresError
    ) -> [PendingAppend] {
        logger.warning("appends wait for Postgres", metadata: ["count": "\(commands.count)", "error": "\(error)"])
        if error.sqlState != nil { pauseFor(backoff.next()) }
        var commands = commands
        if error.mayHaveCommitted {
            for index in sent { commands[index].mayBeCommitted = true }
        }
        let now = ContinuousClock.now
        fail(commands.filter { $0.deadline <= now }, .unavailable(error.message))
        return commands.filter { $0.deadline > now }
    }

    private func fail(_ commands: some Collection<PendingAppend>, _ error: AppendError) {
        metrics.failed(commands.count, error)
        for pending in commands { pending.fail(error) }
    }
}

extension ArraySlice {
    fileprivate var halves: [ArraySlice] {
        let middle = startIndex + count / 2
        return [self[..<middle], self[middle...]]
    }
}
