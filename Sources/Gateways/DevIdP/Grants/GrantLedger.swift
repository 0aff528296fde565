internal import Crypto
internal import Foundation

/// What somebody allowed a client by signing in to it; all tokens of a login hang on it and fall with it.
struct Grant: Sendable {
    let client: String
    let subject: String
    let scopes: Set<Scope>
    let authenticatedAt: Date
    /// The session of the browser that it came from.
    let session: String
    let nonce: String?
}

/// What is known of a login until its code is redeemed.
struct CodeTerms: Sendable {
    let grant: Grant
    let redirectURI: String
    /// The S256 challenge of PKCE.
    let challenge: String
}

/// Tokens that were just given out.
struct IssuedTokens: Sendable {
    let grant: Grant
    let scopes: Set<Scope>
    let access: String
    let refresh: String
    let isRefreshed: Bool
}

/// All codes and tokens that are good, and those that were used up as long as their use again means something.
///
/// Only hashes of them are kept. A client is told the same of a code or token that never was, that ended, and that is another
/// client's.
struct GrantLedger: Sendable {
    private typealias Key = SHA256.Digest

    private struct Code {
        let terms: CodeTerms
        /// The grant that it gave.
        var used: UUID?
        var until: Date
    }

    private struct Access {
        let grant: UUID
        let scopes: Set<Scope>
        let until: Date
    }

    private struct Refresh {
        let grant: UUID
        let until: Date
        var isUsed = false
    }

    private let lifetimes: DevIdP.Lifetimes
    private var codes: [Key: Code] = [:]
    private var grants: [UUID: Grant] = [:]
    private var accessTokens: [Key: Access] = [:]
    private var refreshTokens: [Key: Refresh] = [:]
    private var sweptAt = Date.distantPast

    init(_ lifetimes: DevIdP.Lifetimes) { self.lifetimes = lifetimes }

    mutating func makeCode(_ terms: CodeTerms, at now: Date) -> String {
        sweep(at: now)
        let code = Secret.make()
        codes[Secret.hash(code)] = Code(
            terms: terms,
            used: nil,
            until: now.addingTimeInterval(lifetimes.code.timeInterval)
        )
        return code
    }

    /// Gives tokens for a code. It is used up by its client's first try, good or not; by another one, what it gave is revoked
    /// (RFC 6749 4.1.2).
    mutating func redeem(
        _ code: String,
        client: String,
        redirectURI: String,
        verifier: String,
        at now: Date
    ) throws(OAuthError) -> IssuedTokens {
        let key = Secret.hash(code)
        guard let known = codes[key], known.terms.grant.client == client else {
            throw .invalidGrant("the code is not known, or not this client's")
        }
        if let used = known.used {
            grants[used] = nil
            throw .invalidGrant("the code was used before: what it gave is revoked")
        }
        let id = UUID()
        codes[key]?.used = id
        codes[key]?.until = now.addingTimeInterval(lifetimes.refreshToken.timeInterval)
        guard known.until > now else { throw .invalidGrant("the code has expired") }
        guard known.terms.redirectURI == redirectURI else {
            throw .invalidGrant("the redirect_uri is not the one of the authorization request")
        }
        guard Secret.areEqual(Secret.hash(verifier).base64URL, known.terms.challenge) else {
            throw .invalidGrant("the code_verifier does not fit the code_challenge")
        }
        grants[id] = known.terms.grant
        return issue(known.terms.grant, id, known.terms.grant.scopes, isRefreshed: false, at: now)
    }

    /// Gives new tokens for a refresh token, which is used up. One that is used again was stolen, from the client or by it:
    /// nobody can tell, so the whole family goes (RFC 9700 4.14).
    ///
    /// - Parameter scopes: nil for all that were granted.
    mutating func refresh(
        _ token: String,
        client: String,
        scopes: Set<Scope>?,
        at now: Date
    ) throws(OAuthError) -> IssuedTokens {
        sweep(at: now)
        let key = Secret.hash(token)
        guard let known = refreshTokens[key], let grant = grants[known.grant], grant.client == client else {
            throw .invalidGrant("the refresh token is not known, was revoked, or is not this client's")
        }
        if known.isUsed {
            grants[known.grant] = nil
            throw .invalidGrant("the refresh token was used before: all of its family are revoked")
        }
        guard known.until > now else { throw .invalidGrant("the refresh token has expired") }
        if let scopes, !scopes.isSubset(of: grant.scopes) {
            throw OAuthError(.invalidScope, "the scope goes beyond what was granted")
        }
        refreshTokens[key]?.isUsed = true
        return issue(grant, known.grant, scopes ?? grant.scopes, isRefreshed: true, at: now)
    }

    /// What an access token is good for; nil if it is not.
    func find(accessToken: String, at now: Date) -> (grant: Grant, scopes: Set<Scope>)? {
        guard let known = accessTokens[Secret.hash(accessToken)], known.until > now, let grant = grants[known.grant]
        else {
            return nil
        }
        return (grant, known.scopes)
    }

    /// Ends an access token, or all that hangs on a refresh token's grant (RFC 7009 2.1). What is not known has ended already.
    mutating func revoke(_ token: String, client: String) throws(OAuthError) {
        let key = Secret.hash(token)
        guard let id = refreshTokens[key]?.grant ?? accessTokens[key]?.grant, let grant = grants[id] else { return }
        guard grant.client == client else { throw .invalidGrant("the token is another client's") }
        if refreshTokens[key] != nil { grants[id] = nil } else { accessTokens[key] = nil }
    }

    /// A logout takes the grants of the session, but for those that were asked for to be used while nobody is there
    /// (OpenID Connect Back-Channel Logout 2.7).
    mutating func endSession(_ session: String) {
        grants = grants.filter { $0.value.session != session || $0.value.scopes.contains(.offlineAccess) }
        codes = codes.filter { $0.value.used != nil || $0.value.terms.grant.session != session }
    }

    private mutating func issue(
        _ grant: Grant,
        _ id: UUID,
        _ scopes: Set<Scope>,
        isRefreshed: Bool,
        at now: Date
    ) -> IssuedTokens {
        let (access, refresh) = (Secret.make(), Secret.make())
        accessTokens[Secret.hash(access)] = Access(
            grant: id,
            scopes: scopes,
            until: now.addingTimeInterval(lifetimes.accessToken.timeInterval)
        )
        refreshTokens[Secret.hash(refresh)] = Refresh(
            grant: id,
            until: now.addingTimeInterval(lifetimes.refreshToken.timeInterval)
        )
        return IssuedTokens(grant: grant, scopes: scopes, access: access, refresh: refresh, isRefreshed: isRefreshed)
    }

    /// Forgets now and then what has ended.
    private mutating func sweep(at now: Date) {
        guard now.timeIntervalSince(sweptAt) >= 60 else { return }
        sweptAt = now
        codes = codes.filter { $0.value.until > now }
        accessTokens = accessTokens.filter { $0.value.until > now && grants[$0.value.grant] != nil }
        refreshTokens = refreshTokens.filter { $0.value.until > now && grants[$0.value.grant] != nil }
        let alive = Set(accessTokens.values.map(\.grant)).union(refreshTokens.values.map(\.grant))
        grants = grants.filter { alive.contains($0.key) }
    }
}
