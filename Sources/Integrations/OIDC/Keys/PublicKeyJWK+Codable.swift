extension PublicKeyJWK: Codable {
    private struct Member: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Member.self)
        var members: [String: JSONValue] = [:]
        for name in ["kty", "crv", "x", "y", "kid", "use", "alg"] {
            members[name] = try container.decodeIfPresent(String.self, forKey: Member(name)).map { .string($0) }
        }
        if let operations = try container.decodeIfPresent([String].self, forKey: Member("key_ops")) {
            members["key_ops"] = .array(operations.map { .string($0) })
        }
        for name in JWKMembers.secret where container.contains(Member(name)) { members[name] = .null }
        try self.init(members)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Member.self)
        try container.encode(curve == .ed25519 ? "OKP" : "EC", forKey: Member("kty"))
        try container.encode(curve.rawValue, forKey: Member("crv"))
        try container.encode(x, forKey: Member("x"))
        try container.encodeIfPresent(y, forKey: Member("y"))
        try container.encodeIfPresent(keyID, forKey: Member("kid"))
    }
}
