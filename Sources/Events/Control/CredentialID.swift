package import EventStore
package import Foundation

/// One of the keys or secrets that an agent logs in with. It has no stream of its own: what happens to it happens to the principal.
package struct CredentialID: Hashable, Sendable, Codable, CustomStringConvertible {
    package static let prefix = "credential"

    package let uuid: UUID

    package init(_ uuid: UUID = .v7()) { self.uuid = uuid }

    /// Reads the edge's form, such as `credential_01908a5e-…`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        let prefix = Self.prefix + "_"
        guard text.hasPrefix(prefix), let uuid = UUID(text: String(text.dropFirst(prefix.count))) else { return nil }
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

    package var description: String { "\(Self.prefix)_\(uuid.text)" }
}
