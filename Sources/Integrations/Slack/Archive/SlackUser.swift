/// An entry of `users.json`.
struct SlackUser: Decodable, Sendable {
    struct Profile: Decodable, Sendable {
        var realName: String?
        var displayName: String?

        private enum CodingKeys: String, CodingKey {
            case realName = "real_name"
            case displayName = "display_name"
        }
    }

    var id: String
    var name: String?
    var realName: String?
    var profile: Profile?
    var deleted: Bool?
    var isBot: Bool?
    /// A guest, of several channels or of one.
    var isRestricted: Bool?
    var isUltraRestricted: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, name, profile, deleted
        case realName = "real_name"
        case isBot = "is_bot"
        case isRestricted = "is_restricted"
        case isUltraRestricted = "is_ultra_restricted"
    }

    var isGuest: Bool { isRestricted == true || isUltraRestricted == true }

    /// What people see: the first of these that says anything.
    var shownName: String {
        [profile?.realName, realName, profile?.displayName, name].lazy.compactMap { $0 }.first { !$0.isBlank } ?? id
    }

    /// Someone who wrote but is not in the list: a bot, or somebody of another workspace.
    static func unlisted(id: String, name: String?, isBot: Bool) -> SlackUser {
        SlackUser(id: id, name: name ?? id, realName: name, isBot: isBot)
    }

    private init(id: String, name: String?, realName: String?, isBot: Bool) {
        self.id = id
        self.name = name
        self.realName = realName
        self.isBot = isBot
    }
}

extension String {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
