internal import Events
package import NIOCore

/// What can stand in an answer. A type that encodes and decodes itself needs to say no more:
///
///     extension RoomView: EndpointAnswer {}
package protocol EndpointAnswer: Sendable {
    /// What it looks like; nil for an answer that says nothing.
    static var answerShape: JSONShape? { get }
    /// As it is sent; nil for nothing.
    func written() -> ByteBuffer?
}

extension EndpointAnswer where Self: Codable {
    package static var answerShape: JSONShape? { .answer(Self.self) }
}

extension EndpointAnswer where Self: Encodable {
    package func written() -> ByteBuffer? { JSONWriter.write(self) }
}

/// An answer that is one entity as of a version, which becomes its `ETag`.
package protocol EntityAnswer: EndpointAnswer {
    /// Nil if it is not known.
    var entityVersion: Int64? { get }
    /// Whether the same version always means the same answer, so that a client that has it need not be sent it again.
    static var isWholeInVersion: Bool { get }
}

extension EntityAnswer {
    package static var isWholeInVersion: Bool { true }
}

/// The answer that says nothing: 204.
package struct NoContent: EndpointAnswer {
    package static var answerShape: JSONShape? { nil }

    package init() {}

    package func written() -> ByteBuffer? { nil }
}

/// A slice of a list.
package struct PageAnswer<Item: EndpointAnswer & Encodable>: EndpointAnswer, Encodable {
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

    package static var answerShape: JSONShape? {
        guard let item = Item.answerShape, case .named(let name, _) = item else {
            preconditionFailure("the items of a list have a shape with a name")
        }
        return .named(
            name + "Page",
            .object([
                .init("items", .array(item)),
                .init("next_cursor", .nullable(.text)),
                .init("prev_cursor", .nullable(.text)),
            ])
        )
    }
}
