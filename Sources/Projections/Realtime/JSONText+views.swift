internal import Events

extension JSONText {
    /// A message as `MessageView` is written everywhere: its names, and null for what is nil.
    mutating func add(_ name: String, _ view: MessageView) {
        add(name) { message in
            message.add("id", view.id)
            message.add("room_id", view.roomID)
            message.add("seq", view.seq)
            message.add("author_id", view.authorID)
            message.add("body", view.body)
            message.add("mentions", view.mentions)
            message.add("thread_id", view.threadID)
            message.add("reply_count", view.replyCount)
            message.add("attachments", objects: view.attachments) { attachment, text in
                text.add("name", attachment.name)
                text.add("media_type", attachment.mediaType)
                text.add("size", attachment.size)
            }
            message.add("reactions", objects: view.reactions) { reaction, text in
                text.add("emoji", reaction.emoji)
                text.add("user_ids", reaction.userIDs)
            }
            message.add("created_at", "\(view.createdAt)")
            message.add("edited_at", view.editedAt.map { "\($0)" })
            message.add("deleted_at", view.deletedAt.map { "\($0)" })
            if let source = view.source {
                message.add("source") { text in
                    text.add("system", source.system)
                    text.add("id", source.id)
                    text.add("time", source.time.map { "\($0)" })
                }
            } else {
                message.add("source", json: "null".utf8)
            }
            message.add("version", view.version)
        }
    }

    private mutating func add<Item>(_ name: String, objects items: [Item], _ body: (Item, inout JSONText) -> Void) {
        var list: [UInt8] = [UInt8(ascii: "[")]
        for (index, item) in items.enumerated() {
            if index > 0 { list.append(UInt8(ascii: ",")) }
            var text = JSONText()
            body(item, &text)
            list += text.finished
        }
        add(name, json: list + [UInt8(ascii: "]")])
    }
}
