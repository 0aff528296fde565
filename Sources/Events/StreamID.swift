internal import EventStore
package import Foundation

/// The identifier of a stream, typed by what can happen to it. Bare in the log, with its prefix at the edge: `msg_0190…`.
package struct StreamID<E: Event>: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let uuid: UUID

    package init(_ uuid: UUID = .v7()) { self.uuid = uuid }

    /// Reads the edge's form, such as `room_01908a5e-…`; nil for any other text, prefix or letter case.
    package init?(_ text: some StringProtocol) {
        let prefix = E.prefix + "_"
        guard text.hasPrefix(prefix) else { return nil }
        guard let uuid = UUID(text: String(text.dropFirst(prefix.count))) else { return nil }
        self.uuid = uuid
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let uuid = UUID(text: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
        }
        self.uuid = uuid
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(uuid.text)
    }

    package var description: String { "\(E.prefix)_\(uuid.text)" }

    package static func < (a: Self, b: Self) -> Bool { a.uuid.bytes.lexicographicallyPrecedes(b.uuid.bytes) }
}
