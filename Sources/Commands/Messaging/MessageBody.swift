internal import Events
internal import Foundation

/// The rules for what a message says.
enum MessageBody {
    static let byteLimit = 65_536
    static let attachmentLimit = 50

    static func check(_ body: String, attachments: Bool) throws(Refusal) {
        guard !body.isEmpty || attachments else { throw .bodyEmpty }
        guard body.utf8.count <= byteLimit else { throw .bodyTooLong }
        guard !body.utf8.contains(0) else { throw .bodyInvalid }
    }

    static func check(_ attachments: [Attachment]) throws(Refusal) {
        let valid = attachments.allSatisfy { attachment in
            PlainText.isLine(attachment.name, 1...255)
                && (attachment.mediaType.map { PlainText.isLine($0, 1...255) } ?? true)
                && (attachment.size ?? 0) >= 0
        }
        guard valid, attachments.count <= attachmentLimit else { throw .attachmentsInvalid }
    }

    /// Attachments as they are sealed: a JSON array; nil for none.
    static func sealed(_ attachments: [Attachment], of author: UserID) -> Personal? {
        guard !attachments.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Personal(String(decoding: try encoder.encode(attachments), as: UTF8.self), of: author)
        } catch {
            preconditionFailure("texts and numbers always encode: \(error)")
        }
    }

    static func check(reason: String?) throws(Refusal) {
        guard reason.map({ PlainText.isLine($0, 0...1000) }) ?? true else { throw .reasonInvalid }
    }
}
