internal import HTTPTypes
internal import Hummingbird

extension DevIdP {
    /// `GET` and `POST /userinfo`: who the bearer of an access token stands for (OpenID Connect Core 5.3).
    func userInfo(_ request: Request) async throws -> Response {
        let realm = #"Bearer realm="development identity provider""#
        guard let header = request.headers[.authorization] else {
            // Who did not authenticate is told how, and nothing of an error (RFC 6750 3.1).
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: realm])
        }
        let words = header.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        let now = now()
        guard header.isPlain(upTo: 1000), words.count == 2, String(words[0])?.lowercased() == "bearer",
            let token = String(words[1]),
            let (grant, scopes) = grants.withLedger({ $0.find(accessToken: token, at: now) }),
            let person = await people.find(subject: grant.subject)
        else {
            let description = "the access token is not known, was revoked or has expired"
            throw OAuthError(
                .invalidToken,
                description,
                status: .unauthorized,
                challenge: #"\#(realm), error="invalid_token", error_description="\#(description)""#
            )
        }
        return .json(PersonClaims(person, scopes))
    }
}
