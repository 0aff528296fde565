internal import EventStore
internal import Events
package import Foundation
package import Postgres

/// A page of a list that is ordered by identifiers, as conditions of SQL, and the slice that its rows make.
package struct Paging {
    /// A key that no list has given out.
    package struct BadCursor: Error, CustomStringConvertible {
        package let description = "the list's cursor is no identifier"
    }

    private let page: ReadModels.Page
    private let cursor: UUID?

    package init(_ page: ReadModels.Page) throws(BadCursor) {
        self.page = page
        cursor = page.cursor.flatMap { UUID(text: $0) }
        if page.cursor != nil, cursor == nil { throw BadCursor() }
    }

    /// One more than asked for: it tells whether the list goes on.
    package var limit: Int { page.limit + 1 }

    package var order: SQL { page.backwards ? "DESC" : "ASC" }

    package func range(_ key: SQL) -> SQL {
        guard let cursor else { return "true" }
        return page.backwards ? "\(key) < \(cursor)" : "\(key) > \(cursor)"
    }

    /// - Parameter rows: in the order asked for, with their keys.
    package func slice<Item>(_ rows: [(key: UUID, item: Item)]) -> ReadModels.Slice<Item> {
        let goesOn = rows.count > page.limit
        let kept = page.backwards ? Array(rows.prefix(page.limit).reversed()) : Array(rows.prefix(page.limit))
        let first = kept.first.map { Self.text($0.key) } ?? page.cursor
        let last = kept.last.map { Self.text($0.key) } ?? page.cursor
        // Where the cursor came from, there is or was something.
        let (before, after) = page.backwards ? (goesOn, cursor != nil) : (cursor != nil, goesOn)
        return ReadModels.Slice(items: kept.map(\.item), next: after ? last : nil, previous: before ? first : nil)
    }

    private static func text(_ key: UUID) -> String { key.text }
}
