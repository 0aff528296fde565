internal import Events
internal import HTTPTypes

extension Endpoint {
    /// What a token of limited scope needs to be good for to use this as a user of a tenant. The path and the method tell.
    static func scope(at path: String, _ method: HTTPRequest.Method) -> TokenScope {
        guard let scope = scope(of: path.split(separator: "/").map(String.init), isRead: method == .get) else {
            preconditionFailure("say in Endpoint+scope.swift what a token has to be good for to use \(path)")
        }
        return scope
    }

    private static func scope(of path: [String], isRead: Bool) -> TokenScope? {
        if path.first == "realtime" { return .realtime }
        guard path.first == "api", path.count > 1 else { return nil }
        // What is within a room and is not the room.
        let area = path.count > 3 && path[1] == "rooms" ? path[3] : path[1]
        return switch area {
        case "me", "users", "invites": isRead ? .usersRead : .usersWrite
        case "rooms", "members", "archive", "restore": isRead ? .roomsRead : .roomsWrite
        case "messages", "unread", "read-marker": isRead ? .messagesRead : .messagesWrite
        case "usage", "limits", "billing", "policies": isRead ? .usageRead : .usageWrite
        case "audit": .auditRead
        default: nil
        }
    }
}
