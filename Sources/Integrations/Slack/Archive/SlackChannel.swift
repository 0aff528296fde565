/// An entry of `channels.json` (public), `groups.json` (private), `mpims.json` (several people) or `dms.json` (two).
struct SlackChannel: Decodable, Sendable {
    struct Text: Decodable, Sendable {
        var value: String?
    }

    var id: String
    /// The folder of its messages; a conversation of two has none, its folder is called by its id.
    var name: String?
    /// Seconds since 1970.
    var created: Int64?
    var isArchived: Bool?
    var members: [String]?
    var topic: Text?
    var purpose: Text?

    private enum CodingKeys: String, CodingKey {
        case id, name, created, members, topic, purpose
        case isArchived = "is_archived"
    }

    var folder: String { name ?? id }

    /// One line about it: the topic, or else the purpose.
    var about: String? {
        [topic?.value, purpose?.value].lazy.compactMap { $0 }.first { !$0.isBlank }
    }
}
