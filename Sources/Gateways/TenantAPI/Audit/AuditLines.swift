internal import EventStore
internal import Projections

/// Pages of the audit trail as lines, up to a limit, and then the last line.
package struct AuditLines: AsyncSequence, Sendable {
    let pages: AuditPages
    let limit: Int
    /// Where the pages end.
    let through: Position

    package func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator(), left: limit, through: through)
    }

    package struct Iterator: AsyncIteratorProtocol {
        var pages: AuditPages.Iterator
        var left: Int
        let through: Position
        private var isOver = false

        init(pages: AuditPages.Iterator, left: Int, through: Position) {
            self.pages = pages
            self.left = left
            self.through = through
        }

        @concurrent
        package mutating func next() async throws -> [AuditLine]? {
            if isOver { return nil }
            guard let page = try await pages.next() else {
                isOver = true
                return [.end(AuditLine.End(through: through, more: false))]
            }
            let entries = page.entries.prefix(left)
            left -= entries.count
            var lines = try entries.map { AuditLine.event(try AuditEventView($0)) }
            if left == 0, let last = entries.last?.raw.position {
                isOver = true
                lines.append(.end(AuditLine.End(through: last, more: last < through)))
            }
            return lines
        }
    }
}
