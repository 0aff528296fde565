/// The members of a payload, and the rules that every kind of token has in common.
struct TokenClaims: Sendable {
    let members: [String: JSONValue]

    init(_ members: [String: JSONValue]) { self.members = members }

    /// A string that is there, if the claim is.
    func text(_ name: String) throws(OIDCError) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.string else { throw OIDCError(.invalidClaim, "the token's \(name) is no string") }
        return text
    }

    func requiredText(_ name: String, limit: Int) throws(OIDCError) -> String {
        guard let text = try text(name) else { throw OIDCError(.invalidClaim, "the token has no \(name)") }
        guard !text.isEmpty, text.utf8.count <= limit, text.utf8.allSatisfy({ $0 > 0x1F && $0 != 0x7F }) else {
            throw OIDCError(.invalidClaim, "the token's \(name) is empty, too long or has control characters")
        }
        return text
    }

    /// Seconds since 1970, perhaps with a fraction.
    func seconds(_ name: String) throws(OIDCError) -> Double? {
        guard let value = members[name] else { return nil }
        // Before the year 10000, so that arithmetic with it stays sane.
        guard let seconds = value.number, (0..<253_402_300_800).contains(seconds) else {
            throw OIDCError(.invalidClaim, "the token's \(name) is no time")
        }
        return seconds
    }

    func requiredSeconds(_ name: String) throws(OIDCError) -> Double {
        guard let seconds = try seconds(name) else { throw OIDCError(.invalidClaim, "the token has no \(name)") }
        return seconds
    }

    func requireIssuer(_ issuer: String) throws(OIDCError) {
        guard let found = try text("iss"), found.isIdentical(to: issuer) else {
            throw OIDCError(.issuerMismatch, "the token is not from \(issuer)")
        }
    }

    /// OpenID Connect Core §2: at most 255 ASCII characters, and not none.
    func subject() throws(OIDCError) -> String? {
        guard let value = members["sub"] else { return nil }
        guard let subject = value.string, (1...255).contains(subject.utf8.count),
            subject.utf8.allSatisfy({ $0 > 0x1F && $0 < 0x7F })
        else { throw OIDCError(.invalidSubject, "the token's sub is no string of 1 to 255 printable ASCII characters") }
        return subject
    }

    func requiredSubject() throws(OIDCError) -> String {
        guard let subject = try subject() else { throw OIDCError(.invalidSubject, "the token has no sub") }
        return subject
    }

    func audiences() throws(OIDCError) -> [String] {
        let found = members["aud"]
        guard let audiences = found?.strings ?? found?.string.map({ [$0] }), !audiences.isEmpty else {
            throw OIDCError(.audienceMismatch, "the token's aud is neither a string nor strings")
        }
        return audiences
    }

    /// `exp`, `iat` and `nbf` against the clock; gives when it was issued and when it ends.
    func requireTimes(now: Double, skew: Int) throws(OIDCError) -> (issued: Double, end: Double) {
        let (end, issued, skew) = (try requiredSeconds("exp"), try requiredSeconds("iat"), Double(skew))
        guard now < end + skew else {
            throw OIDCError(.expired, "the token ended \(Self.span(now - end)) ago")
        }
        guard issued <= now + skew else {
            throw OIDCError(.issuedInFuture, "the token was issued \(Self.span(issued - now)) ahead of our clock")
        }
        if let start = try seconds("nbf"), start > now + skew {
            throw OIDCError(.notYetValid, "the token is not valid for another \(Self.span(start - now))")
        }
        return (issued, end)
    }

    private static func span(_ seconds: Double) -> String { "\(Int(seconds.rounded())) s" }

    /// What only describes: absent, or not worth having, is nil.
    func description(_ name: String, limit: Int) -> String? {
        guard let text = members[name]?.string, !text.isEmpty, text.utf8.count <= limit else { return nil }
        let isHarmless = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        return isHarmless ? text : nil
    }
}
