internal import EventStore
internal import Events

extension RealtimeDerivation {
    static func user(_ id: UserID, _ event: UserEvent, _ recorded: Recorded) -> [Told] {
        let version = recorded.raw.version
        switch event {
        case .joined(let handle, let name, let kind, let role, _):
            return [
                changed("joined", id, version) {
                    $0.add("handle", handle.text)
                    $0.add("name", name.text)
                    $0.add("kind", kind.rawValue)
                    $0.add("role", role.rawValue)
                    $0.add("active", true)
                }
            ]
        case .profileChanged(let name): return [changed("profile_changed", id, version) { $0.add("name", name.text) }]
        case .roleChanged(let role):
            // Which channels they see may have changed with it.
            return [
                changed("role_changed", id, version) { $0.add("role", role.rawValue) },
                resync(id, "rooms", "role_changed"),
            ]
        case .deactivated: return [changed("deactivated", id, version) { $0.add("active", false) }]
        case .reactivated:
            // Meanwhile they were told nothing.
            return [changed("reactivated", id, version) { $0.add("active", true) }, resync(id, "all", "reactivated")]
        }
    }

    private static func changed(
        _ change: String,
        _ id: UserID,
        _ version: StreamVersion,
        _ fields: (inout JSONText) -> Void
    ) -> Told {
        Told(.userChanged, nil, .tenant) {
            $0.add("change", change)
            $0.add("user") { user in
                user.add("id", "\(id)")
                fields(&user)
            }
            $0.add("version", version)
        }
    }

    private static func resync(_ user: UserID, _ scope: String, _ reason: String) -> Told {
        Told(.resync, nil, .user(user)) {
            $0.add("scope", scope)
            $0.add("reason", reason)
        }
    }
}
