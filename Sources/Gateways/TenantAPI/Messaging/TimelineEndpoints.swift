internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var timelineEndpoints: [Endpoint] {
        [
            postEndpoint,
            Endpoint(
                .get,
                "/api/rooms/{room}/messages",
                "Messages of a room, oldest first: the newest page, or before, after or around one",
                query: Self.anchors + .paging,
                handle: messages
            ),
            Endpoint(
                .get,
                "/api/messages/{message}/thread",
                "A message and its answers",
                query: .paging,
                handle: thread
            ),
        ]
    }

    private static let anchors = ["before", "after", "around"].map { name in
        Parameter.query(
            name,
            .text(matching: "^(seq:(0|[1-9][0-9]{0,17})|msg_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"),
            "The page \(name) this message: its identifier, or `seq:` and its number. Without a cursor, and only one of these."
        )
    }

    /// Cursors say where they stand, not which page: messages that come later do not shift them.
    private func messages(_ call: Call) async throws -> Reply<PageAnswer<MessageView>> {
        let room: RoomID = try call.id("room")
        let list = ["messages", "\(room)"]
        let limit = try call.pageLimit()
        let anchor = try await anchor(call, room, list)
        // One more than asked for tells whether there is a next page. The room's numbers have no gaps, so whether there is one
        // before needs no look.
        let extra = if case .after = anchor { 1 } else { 0 }
        guard
            var items = try await reads.messages(
                in: room,
                anchor,
                limit: limit + extra,
                for: call.user,
                in: call.tenant
            )
        else {
            throw Problem.roomUnknown
        }
        let isMore = items.count > limit
        if isMore { items.removeLast(items.count - limit) }
        let (first, last) = (items.first?.seq, items.last?.seq)
        var previous: Int64?
        var next: Int64?
        switch anchor {
        case .newest: previous = first
        case .after(let seq):
            previous = first ?? (seq < .max ? seq + 1 : seq)
            next = isMore ? last : nil
        case .before(let seq):
            previous = first
            next = last ?? max(seq, 1) - 1
        case .around:
            previous = first
            if let last {
                let beyond = try await reads.messages(
                    in: room,
                    .after(seq: last),
                    limit: 1,
                    for: call.user,
                    in: call.tenant
                )
                next = beyond?.isEmpty == false ? last : nil
            }
        }
        if let start = previous, start <= 1 { previous = nil }
        let slice = ReadModels.Slice(items: items, next: next.map(String.init), previous: previous.map(String.init))
        return Reply(call.answer(slice, of: list, cursors))
    }

    /// Where the page stands: at a cursor, at one of `before`, `after` and `around`, or at the end.
    private func anchor(_ call: Call, _ room: RoomID, _ list: [String]) async throws -> ReadModels.Anchor {
        let given = ([.cursor] + Self.anchors).filter { call.query[$0] != nil }
        guard given.count <= 1 else {
            let names = given.map(\.name).joined(separator: ", ")
            throw Problem.badRequest("query.conflict", "these exclude each other: \(names)")
        }
        guard let parameter = given.first, let text = call.query[parameter] else { return .newest }
        let name = parameter.name
        if name == Parameter.cursor.name {
            let start = try cursors.open(text, of: list, for: PageCursors.Holder(call.session))
            guard let seq = Int64(start.key) else {
                throw Problem.badRequest("bad_cursor", "this is no cursor of this list")
            }
            return start.backwards ? .before(seq: seq) : .after(seq: seq)
        }
        let seq = try await seq(named: text, by: name, in: room, call)
        return switch name {
        case "before": .before(seq: seq)
        case "after": .after(seq: seq)
        default: .around(seq: seq)
        }
    }

    /// `seq:<n>`, or the number of a message of the room.
    private func seq(named text: String, by name: String, in room: RoomID, _ call: Call) async throws -> Int64 {
        if text.hasPrefix("seq:"), let seq = Int64(text.dropFirst(4)), seq >= 0 { return seq }
        guard let id = MessageID(text) else {
            throw Problem.badRequest("query.bad_value", "\(name) must be a message's identifier or seq: and its number")
        }
        guard let message = try await reads.message(id, for: call.user, in: call.tenant), message.roomID == "\(room)",
            let seq = message.seq
        else { throw Problem.messageUnknown }
        return seq
    }

    private func thread(_ call: Call) async throws -> Reply<PageAnswer<MessageView>> {
        let root: MessageID = try call.id("message")
        let list = ["thread", "\(root)"]
        let page = try call.page(of: list, cursors)
        let after = page.cursor.flatMap { Int64($0) } ?? 0
        guard
            var items = try await reads.thread(
                of: root,
                after: after,
                limit: page.limit + 1,
                for: call.user,
                in: call.tenant
            )
        else {
            throw Problem.messageUnknown
        }
        var next: Int64?
        if items.count > page.limit {
            items.removeLast(items.count - page.limit)
            next = items.last?.seq
        }
        return Reply(
            call.answer(ReadModels.Slice(items: items, next: next.map(String.init), previous: nil), of: list, cursors)
        )
    }
}

extension Problem {
    static var messageUnknown: Problem { .notFound("message.not_found", "There is no such message.") }
}
