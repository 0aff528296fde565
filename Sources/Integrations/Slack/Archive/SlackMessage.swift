internal import Events

/// An entry of a day's file, `general/2018-11-05.json`.
struct SlackMessage: Decodable, Sendable {
    struct Reaction: Decodable, Sendable {
        var name: String
        var users: [String]?
    }

    struct File: Decodable, Sendable {
        var name: String?
        var title: String?
        var mimetype: String?
        var size: Int64?
    }

    struct Edited: Decodable, Sendable {
        var user: String?
        var ts: SlackTime
    }

    /// What a bot or a link shows beside the text.
    struct Attachment: Decodable, Sendable {
        var pretext: String?
        var title: String?
        var text: String?
        var fallback: String?
    }

    struct Profile: Decodable, Sendable {
        var name: String?
        var realName: String?

        private enum CodingKeys: String, CodingKey {
            case name
            case realName = "real_name"
        }
    }

    var type: String
    var subtype: String?
    var ts: SlackTime
    var user: String?
    var userProfile: Profile?
    var botID: String?
    var username: String?
    var text: String?
    var threadTS: SlackTime?
    var reactions: [Reaction]?
    var files: [File]?
    var attachments: [Attachment]?
    var edited: Edited?

    private enum CodingKeys: String, CodingKey {
        case type, subtype, ts, user, username, text, reactions, files, attachments, edited
        case userProfile = "user_profile"
        case botID = "bot_id"
        case threadTS = "thread_ts"
    }

    /// Who wrote it, by the archive's id; nil if it does not say.
    var author: String? { user ?? botID }

    /// The message that it answers, if it is not that message itself.
    var root: SlackTime? { threadTS == ts ? nil : threadTS }

    /// Why it is no message that somebody wrote, if it is none.
    var reasonToLeaveOut: String? {
        guard type == "message" else { return "type \(type)" }
        switch subtype {
        case nil, "bot_message", "me_message", "thread_broadcast", "file_share", "reply_broadcast": break
        case let subtype?: return subtype
        }
        return author == nil ? "without an author" : nil
    }
}

/// A message's time, which is also its name in its channel: `1541446243.000100`, seconds since 1970.
struct SlackTime: Decodable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// As the archive has it.
    let description: String
    let time: Timestamp

    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...11).contains(parts[0].count), (1...6).contains(fraction.count),
            let seconds = UInt64(parts[0]), let digits = UInt64(fraction)
        else { return nil }
        let scale = (fraction.count..<6).reduce(UInt64(1)) { scale, _ in scale * 10 }
        description = text
        time = Timestamp(microseconds: Int64(seconds * 1_000_000 + digits * scale))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = SlackTime(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a time")
        }
        self = time
    }

    static func < (a: Self, b: Self) -> Bool { a.time < b.time }
    static func == (a: Self, b: Self) -> Bool { a.time == b.time }
    func hash(into hasher: inout Hasher) { hasher.combine(time) }
}
