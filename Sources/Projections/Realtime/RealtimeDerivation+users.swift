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
