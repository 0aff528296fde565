internal import Crypto
internal import Foundation
internal import JWTKit

/// What a client may know of a person, by the scopes that it has (OpenID Connect Core 5.4).
struct PersonClaims: Codable, Sendable {
    private enum CodingKeys: String, CodingKey {
        case sub, name, email
        case preferredUsername = "preferred_username"
        case emailVerified = "email_verified"
    }

    let sub: String
    let name: String?
    let preferredUsername: String?
    let email: String?
    let emailVerified: Bool?

    init(_ person: Person, _ scopes: Set<Scope>) {
        sub = person.subject
        name = scopes.contains(.profile) ? person.name : nil
        preferredUsername = scopes.contains(.profile) ? person.username : nil
        email = scopes.contains(.email) ? person.email : nil
        emailVerified = scopes.contains(.email) ? person.isEmailVerified : nil
    }
}

/// An ID token (OpenID Connect Core 2).
struct IDToken: JWTPayload {
    private enum CodingKeys: String, CodingKey {
        case iss, aud, exp, iat, nonce, sid
        case authTime = "auth_time"
        case accessTokenHash = "at_hash"
    }

    let iss: String
    let aud: String
    let exp: Int
    let iat: Int
    let authTime: Int
    let nonce: String?
    let sid: String
    let accessTokenHash: String
    let person: PersonClaims

    init(_ tokens: IssuedTokens, of person: Person, by issuer: Issuer, lifetime: Duration, at now: Date) {
        iss = issuer.text
        aud = tokens.grant.client
        iat = Int(now.timeIntervalSince1970)
        exp = iat + Int(lifetime.components.seconds)
        authTime = Int(tokens.grant.authenticatedAt.timeIntervalSince1970)
        // It is the answer to a login, not to a refresh (12.2).
        nonce = tokens.isRefreshed ? nil : tokens.grant.nonce
        sid = tokens.grant.session
        // The left half of the hash (3.1.3.6).
        accessTokenHash = Data(SHA256.hash(data: Data(tokens.access.utf8)).prefix(16)).base64URL
        self.person = PersonClaims(person, tokens.scopes)
    }

    init(from decoder: any Decoder) throws {
        let claims = try decoder.container(keyedBy: CodingKeys.self)
        iss = try claims.decode(String.self, forKey: .iss)
        aud = try claims.decode(String.self, forKey: .aud)
        exp = try claims.decode(Int.self, forKey: .exp)
        iat = try claims.decode(Int.self, forKey: .iat)
        authTime = try claims.decode(Int.self, forKey: .authTime)
        nonce = try claims.decodeIfPresent(String.self, forKey: .nonce)
        sid = try claims.decode(String.self, forKey: .sid)
        accessTokenHash = try claims.decode(String.self, forKey: .accessTokenHash)
        person = try PersonClaims(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        var claims = encoder.container(keyedBy: CodingKeys.self)
        try claims.encode(iss, forKey: .iss)
        try claims.encode(aud, forKey: .aud)
        try claims.encode(exp, forKey: .exp)
        try claims.encode(iat, forKey: .iat)
        try claims.encode(authTime, forKey: .authTime)
        try claims.encodeIfPresent(nonce, forKey: .nonce)
        try claims.encode(sid, forKey: .sid)
        try claims.encode(accessTokenHash, forKey: .accessTokenHash)
        try person.encode(to: encoder)
    }

    /// As a hint it counts after its end too (OpenID Connect RP-Initiated Logout 2); who reads one looks at the issuer.
    func verify(using algorithm: some JWTAlgorithm) {}
}

extension DevIdP {
    /// An ID token that this provider gave out, as a client sends it back for a hint; nil for anything else.
    func hint(_ token: String) async throws -> IDToken? {
        guard let token = try await keys.open(token, as: IDToken.self), token.iss == issuer.text else { return nil }
        return token
    }
}
