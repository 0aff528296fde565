/// A JWT in compact form (RFC 7515 §7.1), taken apart strictly and not believed yet.
///
/// Of the header only `alg`, `kid` and `typ` are read. Keys and addresses of keys in it (`jwk`, `jku`, `x5c`, `x5u`) are
/// never looked at: the key comes from whom the token is said to be from.
struct SignedToken {
    static let limit = 16 * 1024

    let algorithm: String
    let keyID: String?
    /// Whether it has a `typ`.
    let isTyped: Bool
    /// Not verified unless somebody has done so.
    let claims: TokenClaims
    let signature: [UInt8]
    /// Header and payload, as signed.
    let signed: [UInt8]

    /// - Parameter types: what `typ` may be, in lower case; it may be absent too.
    init(_ text: String, types: Set<String>) throws(OIDCError) {
        guard text.utf8.count <= Self.limit else { throw .malformed("it is longer than \(Self.limit) bytes") }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it has \(parts.count) parts instead of 3") }
        let header = try Self.object(parts[0], "header")
        claims = TokenClaims(try Self.object(parts[1], "payload"))
        guard !parts[2].isEmpty, let signature = Base64URL.decode(Substring(parts[2])) else {
            throw .malformed("its signature is not base64url")
        }
        self.signature = signature
        signed = Array(text.utf8.prefix(parts[0].count + 1 + parts[1].count))

        guard header["crit"] == nil, header["b64"] == nil else {
            throw OIDCError(.criticalExtension, "the token's header asks for an extension that is not known here")
        }
        guard let algorithm = header["alg"]?.string else { throw .malformed("its header has no alg") }
        self.algorithm = algorithm
        keyID = try Self.text(header["kid"], "kid")
        if let keyID, keyID.isEmpty || keyID.utf8.count > 256 { throw .malformed("its kid is empty or too long") }
        let type = try Self.text(header["typ"], "typ")
        isTyped = type != nil
        if let type, !types.contains(type.lowercased()) {
            throw OIDCError(.unacceptableType, "the token is of a type that is not taken here")
        }
    }

    private static func object(_ part: Substring.UTF8View, _ what: String) throws(OIDCError) -> [String: JSONValue] {
        guard let bytes = Base64URL.decode(Substring(part)) else { throw .malformed("its \(what) is not base64url") }
        do {
            return try JSONParser.object(bytes)
        } catch {
            throw .malformed("its \(what) is refused: \(error.reason)")
        }
    }

    private static func text(_ value: JSONValue?, _ name: String) throws(OIDCError) -> String? {
        guard let value else { return nil }
        guard let text = value.string else { throw .malformed("its \(name) is no string") }
        return text
    }
}

extension OIDCError {
    static func malformed(_ reason: String) -> OIDCError {
        OIDCError(.malformedToken, "the token is refused: \(reason)")
    }
}
