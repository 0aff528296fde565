/// What a token of a user of a tenant is good for. It never gives more than the user's role does.
package enum TokenScope: String, Codable, Sendable, CaseIterable {
    case usersRead = "users:read"
    case usersWrite = "users:write"
    case roomsRead = "rooms:read"
    case roomsWrite = "rooms:write"
    case messagesRead = "messages:read"
    case messagesWrite = "messages:write"
    case usageRead = "usage:read"
    case usageWrite = "usage:write"
    case auditRead = "audit:read"
    /// Hears what is announced, whatever it is about.
    case realtime

    /// Reads a list with spaces between (RFC 6749 §3.3); nil if one of them is no scope.
    package static func list(_ text: String) -> [TokenScope]? {
        let names = text.split(separator: " ")
        let scopes = names.compactMap { TokenScope(rawValue: String($0)) }
        return scopes.count == names.count ? sorted(scopes) : nil
    }

    /// Each once, in the order in which they are declared.
    package static func sorted(_ scopes: some Sequence<TokenScope>) -> [TokenScope] {
        let all = Set(scopes)
        return allCases.filter(all.contains)
    }
}
