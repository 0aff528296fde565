internal import Events

/// The rules for what a message says.
package enum MessageBody {
    package static let byteLimit = 65_536
    package static let attachmentLimit = 50
    /// In Unicode scalars, also of what kind an attachment is.
    package static let attachmentNameLengths = 1...255
    /// Of why something is deleted, in Unicode scalars.
    package static let reasonLengths = 0...1000

    static func check(_ body: String, attachments: Bool) throws(Refusal) {
        guard !body.isEmpty || attachments else { throw .bodyEmpty }
        guard body.utf8.count <= byteLimit else { throw .bodyTooLong }
        guard !body.utf8.contains(0) else { throw .bodyInvalid }
    }

    static func check(_ attachments: [Attachment]) throws(Refusal) {
        let valid = attachments.allSatisfy { attachment in
            PlainText.isLine(attachment.name, attachmentNameLengths)
                && (attachment.mediaType.map { PlainText.isLine($0, attachmentNameLengths) } ?? true)
                && (attachment.size ?? 0) >= 0
        }
        guard valid, attachments.count <= attachmentLimit else { throw .attachmentsInvalid }
    }

    static func check(reason: String?) throws(Refusal) {
        guard reason.map({ PlainText.isLine($0, reasonLengths) }) ?? true else { throw .reasonInvalid }
    }
}
