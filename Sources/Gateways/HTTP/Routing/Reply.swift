package import EventStore
package import HTTPTypes

/// What an endpoint answers.
package struct Reply<Answer: Encodable & Sendable>: Sendable {
    package var answer: Answer
    package var status: HTTPResponse.Status
    /// Of the entity that the answer is; becomes its `ETag`.
    package var version: Int64?
    /// Whether the same version always means the same answer, so that a client that has it need not be sent it again.
    package var isWholeInVersion: Bool
    /// Of a write's last event; becomes `Daybook-Position`.
    package var position: Position?

    package init(
        _ answer: Answer,
        status: HTTPResponse.Status = .ok,
        version: Int64? = nil,
        isWholeInVersion: Bool = true,
        position: Position? = nil
    ) {
        self.answer = answer
        self.status = status
        self.version = version
        self.isWholeInVersion = isWholeInVersion
        self.position = position
    }
}

/// The answer that says nothing: 204.
package struct NoContent: Encodable, Sendable {
    package init() {}
}

extension Reply where Answer == NoContent {
    package init(position: Position? = nil) { self.init(NoContent(), status: .noContent, position: position) }
}

/// A slice of a list.
package struct PageAnswer<Item: Encodable & Sendable>: Encodable, Sendable {
    package var items: [Item]
    package var nextCursor: String?
    package var prevCursor: String?

    package init(items: [Item], nextCursor: String?, prevCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
        self.prevCursor = prevCursor
    }

    private enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
        case prevCursor = "prev_cursor"
    }
}
