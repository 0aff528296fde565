/// What the token endpoint gives for a code (OpenID Connect Core §3.1.3.3).
struct TokenResponse {
    let idToken: String
    let accessToken: String

    /// - Parameters:
    ///   - what: names the endpoint in errors.
    ///   - secrets: what the request held; an error that repeats one loses it.
    init(_ answer: ProviderClient.Answer, _ what: String, secrets: [String]) throws(OIDCError) {
        guard answer.status != 429, answer.status < 500 else {
            throw OIDCError(.providerBusy, "\(what) answered with status \(answer.status)")
        }
        let members: [String: JSONValue]
        do {
            members = try JSONParser.object(answer.body)
        } catch {
            throw OIDCError(.badAnswer, "\(what) answered with status \(answer.status) and no JSON: \(error.reason)")
        }
        // Some answer 200 to an error too.
        if let error = members["error"]?.string {
            let details = members["error_description"]?.string
            throw .answered(
                ProviderAnswer(
                    error: Self.withoutSecrets(error, secrets),
                    details: details.map { Self.withoutSecrets($0, secrets) }
                )
            )
        }
        guard answer.status == 200 else {
            throw OIDCError(.badAnswer, "\(what) answered with status \(answer.status) and no error")
        }
        guard let idToken = members["id_token"]?.string, let accessToken = members["access_token"]?.string,
            !accessToken.isEmpty, accessToken.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw OIDCError(.badAnswer, "\(what) gave no ID token or no access token") }
        guard members["token_type"]?.string?.lowercased() == "bearer" else {
            throw OIDCError(.badAnswer, "\(what) gave a token that is not of the type Bearer")
        }
        self.idToken = idToken
        self.accessToken = accessToken
    }

    private static func withoutSecrets(_ text: String, _ secrets: [String]) -> String {
        secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "…") }
    }
}
