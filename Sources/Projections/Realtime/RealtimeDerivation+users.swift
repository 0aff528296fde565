internal import EventStore
internal import Events

extension RealtimeDerivation {
    /// - Parameter isForgotten: the person has been by now, whatever this process's cached keys still open.
    static func user(_ id: UserID, _ event: UserEvent, _ recorded: Recorded, isForgotten: Bool) -> [Told] {
        let version = recorded.raw.version
        switch event {
        case .joined(let handle, let name, let kind, let role, _):
            return [
                changed("joined", id, version) {
                    $0.add("handle", isForgotten ? nil : handle.text)
                    $0.add("name", isForgotten ? nil : name.text)
                    $0.add("kind", kind.rawValue)
                    $0.add("role", role.rawValue)
                    $0.add("active", true)
                }
            ]
        case .profileChanged(let name):
            return [changed("profile_changed", id, version) { $0.add("name", isForgotten ? nil : name.text) }]
        case .roleChanged(let role):
            // Which channels they see may have changed with it, or whether they see anything: an auditor is told nothing.
            let audience = role == .auditor ? Audience.tenantAndFormer(id) : .tenant
            return [
                changed("role_changed", id, version, audience) { $0.add("role", role.rawValue) },
                resync(id, "role_changed"),
            ]
        case .deactivated:
            return [changed("deactivated", id, version, .tenantAndFormer(id)) { $0.add("active", false) }]
        case .reactivated:
            // Meanwhile they were told nothing.
            return [changed("reactivated", id, version) { $0.add("active", true) }, resync(id, "reactivated")]
        case .forgotten:
            // One word on all their messages, however many there were.
            return [
                changed("forgotten", id, version) {
                    $0.add("handle", nil as String?)
                    $0.add("name", nil as String?)
                    $0.add("active", false)
                },
                Told(.messageAuthorForgotten, nil, .tenant) { $0.add("author_id", "\(id)") },
            ]
        }
    }

    private static func changed(
        _ change: String,
        _ id: UserID,
        _ version: StreamVersion,
        _ audience: Audience = .tenant,
        _ fields: (inout JSONText) -> Void
    ) -> Told {
        Told(.userChanged, nil, audience) {
            $0.add("change", change)
            $0.add("user") { user in
                user.add("id", "\(id)")
                fields(&user)
            }
            $0.add("version", version)
        }
    }

    private static func resync(_ user: UserID, _ reason: String) -> Told {
        Told(.resync, nil, .user(user)) {
            $0.add("scope", "all")
            $0.add("reason", reason)
        }
    }
}
