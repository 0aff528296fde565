internal import Crypto
internal import EventStore
package import Foundation

/// A text that is about a person or by one. In the log it is sealed with that person's data key (AES-256-GCM), so that
/// destroying the key erases it everywhere at once; in read models and queues it is plain.
///
///     {"of": <subject>, "key": <key id>, "box": base64(nonce 12 ‖ ciphertext ‖ tag 16)}
///
/// The key, tenant and subject are authenticated with it. Encoding and decoding need a `SealingContext` in the coder's user
/// info, which `EventCodec` puts there.
package struct Personal: Sendable, Equatable {
    package let subject: UserID
    /// Nil once the person has been forgotten.
    package let text: String?

    package init(_ text: String?, of subject: UserID) {
        self.subject = subject
        self.text = text
    }
}

/// The keys at hand while one event is encoded or decoded.
struct SealingContext: Sendable {
    /// The key to seal with, by subject; a forgotten subject has none.
    var current: [UserID: Keyring.Current] = [:]
    /// The keys to open with; nil where the key is not at hand yet.
    var opening: @Sendable (UUID) -> Keyring.Entry? = { _ in nil }
    var tenant: UUID

    static let userInfoKey = CodingUserInfoKey(rawValue: "daybook.sealing")!
    /// In an encoder's user info: personal texts are written as they are, for who may read them.
    static let plainKey = CodingUserInfoKey(rawValue: "daybook.plain")!
}

/// Decoding met a key that has to be loaded first.
struct MissingKey: Error {
    let id: UUID
}

extension Personal: Codable {
    private enum CodingKeys: String, CodingKey {
        case of, key, box
        /// Never in the log.
        case text
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        subject = try container.decode(UserID.self, forKey: .of)
        guard let id = try container.decodeIfPresent(UUID.self, forKey: .key) else {
            text = nil
            return
        }
        guard let context = decoder.userInfo[SealingContext.userInfoKey] as? SealingContext else {
            preconditionFailure("personal fields are decoded by EventCodec")
        }
        guard let entry = context.opening(id) else { throw MissingKey(id: id) }
        guard case .key(let key) = entry else {
            text = nil
            return
        }
        let box = try AES.GCM.SealedBox(combined: try container.decode(Data.self, forKey: .box))
        let opened = try AES.GCM.open(box, using: key, authenticating: Self.associated(context.tenant, subject, id))
        text = String(decoding: opened, as: UTF8.self)
    }

    package func encode(to encoder: any Encoder) throws {
        if encoder.userInfo[SealingContext.plainKey] != nil {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(subject, forKey: .of)
            try container.encode(text, forKey: .text)
            return
        }
        guard let context = encoder.userInfo[SealingContext.userInfoKey] as? SealingContext else {
            preconditionFailure("personal fields are encoded by EventCodec")
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(subject, forKey: .of)
        guard let text, let current = context.current[subject] else { return }
        let box = try AES.GCM.seal(
            Array(text.utf8),
            using: current.key,
            authenticating: Self.associated(context.tenant, subject, current.id)
        )
        guard let combined = box.combined else { preconditionFailure("a fresh nonce has 12 bytes") }
        try container.encode(current.id, forKey: .key)
        try container.encode(combined, forKey: .box)
    }

    private static func associated(_ tenant: UUID, _ subject: UserID, _ key: UUID) -> [UInt8] {
        tenant.bytes + subject.uuid.bytes + key.bytes
    }
}
