/// A partition's events in pages, without end: first what is there, then what is committed.
package struct EventTail: AsyncSequence {
    package typealias Element = [RecordedEvent]

    let log: EventLog
    let partition: Partition
    let position: Position
    let page: Int

    package func makeAsyncIterator() -> Iterator {
        Iterator(log: log, partition: partition, page: page, position: position)
    }

    package struct Iterator: AsyncIteratorProtocol {
        let log: EventLog
        let partition: Partition
        let page: Int
        var position: Position

        /// The next page, never empty; nil when the task is cancelled.
        package mutating func next() async throws -> [RecordedEvent]? {
            while !Task.isCancelled {
                let events = try await log.read(partition, after: position, limit: page)
                if let last = events.last {
                    position = last.position
                    return events
                }
                await log.heads.wait(partition, past: position, timeout: .milliseconds(500))
            }
            return nil
        }
    }
}
