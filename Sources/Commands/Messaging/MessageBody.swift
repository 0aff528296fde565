internal import Events

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

    static func check(reason: String?) throws(Refusal) {
        guard reason.map({ PlainText.isLine($0, 0...1000) }) ?? true else { throw .reasonInvalid }
    }
}
