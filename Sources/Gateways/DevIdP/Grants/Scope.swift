/// What a client may ask for. Others are ignored (RFC 6749 3.3).
enum Scope: String, CaseIterable, Sendable {
    case openID = "openid"
    case profile
    case email
    case offlineAccess = "offline_access"

    /// Those of a list that are known.
    static func known(in list: String?) -> Set<Scope> {
        Set((list ?? "").split(separator: " ").compactMap { Scope(rawValue: String($0)) })
    }

    static func list(_ scopes: Set<Scope>) -> String {
        allCases.filter(scopes.contains).map(\.rawValue).joined(separator: " ")
    }
}
