internal import Events

/// A message of the archive as it is posted here.
struct MessageConversion {
    /// As many files as a message may name.
    private static let fileLimit = 50

    let ids: SlackIDs
    let text: SlackText
    let channel: String

    /// - Parameter root: the message that it answers.
    /// - Returns: nil for one that says nothing.
    func convert(_ message: SlackMessage, root: SlackTime?, into report: inout ImportReport) -> ImportedMessage? {
        guard let author = message.author else { return nil }
        let files = attachments(message.files ?? [], into: &report)
        let body = body(of: message)
        guard !body.isEmpty || !files.isEmpty else {
            report.leaveOut("message: empty")
            return nil
        }
        return ImportedMessage(
            message: ids.message(channel, message.ts),
            room: ids.room(channel),
            author: ids.user(author),
            body: body,
            thread: root.map { ids.message(channel, $0) },
            attachments: files,
            edit: message.edited.map { edited in
                ImportedMessage.Edit(
                    editor: ids.user(edited.user ?? author),
                    source: .slack("\(channel)/\(message.ts)", at: edited.ts.time)
                )
            },
            reactions: (message.reactions ?? []).flatMap { reaction in
                (reaction.users ?? []).map { ImportedMessage.Reaction(user: ids.user($0), emoji: reaction.name) }
            },
            source: .slack("\(channel)/\(message.ts)", at: message.ts.time)
        )
    }

    private func body(of message: SlackMessage) -> String {
        var body = text.markdown(message.text ?? "")
        if body.isBlank {
            // What bots say often stands only in their attachments.
            let parts = (message.attachments ?? []).compactMap { $0.text ?? $0.fallback ?? $0.title ?? $0.pretext }
            body = parts.map(text.markdown).filter { !$0.isBlank }.joined(separator: "\n\n")
        }
        if body.isBlank { return "" }
        return message.subtype == "me_message" ? "_\(body)_" : body
    }

    private func attachments(_ files: [SlackMessage.File], into report: inout ImportReport) -> [Attachment] {
        let named = files.compactMap { file -> Attachment? in
            guard let name = [file.name, file.title].lazy.compactMap({ $0?.line(limit: 255) }).first else { return nil }
            return Attachment(
                name: name,
                mediaType: file.mimetype?.line(limit: 255),
                size: file.size.map { max(0, $0) }
            )
        }
        if files.count > named.count { report.leaveOut("file without a name", files.count - named.count) }
        if named.count > Self.fileLimit {
            report.leaveOut("file beyond a message's \(Self.fileLimit)th", named.count - Self.fileLimit)
        }
        return Array(named.prefix(Self.fileLimit))
    }
}
