package import Events

/// A service as the installation knows it.
package struct RegisteredService: Fold {
    package struct Key: Sendable, Equatable, Codable {
        package let id: CredentialID
        package let jwk: String
        /// Nil for one that lasts until it is revoked.
        package let expiresAt: Timestamp?
    }

    /// As many as a change of keys needs, on several machines.
    static let keyLimit = 10

    /// Empty for one that is not there, or no longer.
    package private(set) var scopes: Set<ServiceScope> = []
    /// Those that are not revoked, the oldest first.
    package private(set) var keys: [Key] = []

    package init() {}

    package var weight: Int { 256 + keys.count * 256 }

    package mutating func apply(_ event: ServiceEvent, at place: Place) {
        switch event {
        case .granted(_, let scopes): self.scopes = Set(scopes)
        case .keyAdded(let id, let jwk, let expiresAt):
            keys.append(Key(id: id, jwk: jwk, expiresAt: expiresAt))
        case .keyRevoked(let id): keys.removeAll { $0.id == id }
        case .retired: (scopes, keys) = ([], [])
        }
    }

    /// Those that are good now.
    func liveKeys(at now: Timestamp) -> [Key] { keys.filter { $0.expiresAt.map { $0 > now } ?? true } }
}

/// What a service is called: 2 to 40 small Latin letters, digits and hyphens, a letter first.
package enum ServiceName {
    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (2...40).contains(bytes.count), (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0]) else {
            return false
        }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
