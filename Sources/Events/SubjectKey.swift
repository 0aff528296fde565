internal import EventStore
package import Foundation

/// Names the key that seals a person's texts, in the event that has it destroyed: `{"of": <subject>, "key": <key id>}`. Every box
/// of the person's names the same key, so whoever holds the log can tell what can never be opened again.
///
/// A decision knows no keys: the codec fills the identifier in.
package struct SubjectKey: Sendable, Equatable {
    package let subject: UserID
    /// Nil until it is encoded.
    package let id: UUID?

    package init(of subject: UserID, id: UUID? = nil) {
        self.subject = subject
        self.id = id
    }
}

extension SubjectKey: Codable {
    private enum CodingKeys: String, CodingKey { case of, key }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        subject = try container.decode(UserID.self, forKey: .of)
        id = try container.decodeIfPresent(UUID.self, forKey: .key)
    }

    package func encode(to encoder: any Encoder) throws {
        let context = encoder.userInfo[SealingContext.userInfoKey] as? SealingContext
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(subject, forKey: .of)
        try container.encodeIfPresent(id ?? context?.current[subject]?.id, forKey: .key)
    }
}
