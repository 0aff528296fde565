internal import Foundation

/// A file that a message names. Its bytes are the Files area's business.
package struct Attachment: Codable, Hashable, Sendable {
    package var name: String
    /// Such as `image/png`, as the source claims.
    package var mediaType: String?
    /// Bytes.
    package var size: Int64?

    package init(name: String, mediaType: String? = nil, size: Int64? = nil) {
        self.name = name
        self.mediaType = mediaType
        self.size = size
    }
}

/// The attachments of a message as its event holds them: sealed with its author's key, since their names say much.
///
/// What is sealed is a JSON array of `Attachment`. It is understood as the event is decoded: an event whose attachments are
/// anything else does not decode, and nobody who has one can lose them.
package struct PersonalAttachments: Sendable, Equatable {
    package let subject: UserID
    /// Nil once the person has been forgotten.
    package let files: [Attachment]?

    package init(_ files: [Attachment]?, of subject: UserID) {
        self.subject = subject
        self.files = files
    }

    /// The JSON that is sealed.
    package var json: [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try files.map { Array(try encoder.encode($0)) }
        } catch {
            preconditionFailure("texts and numbers always encode: \(error)")
        }
    }
}

extension PersonalAttachments: Codable {
    package init(from decoder: any Decoder) throws {
        let sealed = try Personal(from: decoder)
        subject = sealed.subject
        guard let text = sealed.text else {
            files = nil
            return
        }
        do {
            files = try JSONReader.value([Attachment].self, of: Array(text.utf8))
        } catch {
            // What is wrong with it would quote what was sealed.
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "the text is no array of attachments")
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        try Personal(json.map { String(decoding: $0, as: UTF8.self) }, of: subject).encode(to: encoder)
    }
}
