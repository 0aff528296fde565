/// What a client wants to be asked, whoever is signed in (OpenID Connect Core 3.1.2.1).
enum Prompt: String, CaseIterable, Sendable {
    case silent = "none"
    case login
    case consent
    case selectAccount = "select_account"
}

/// A request to say who somebody is, found good.
struct AuthorizationRequest: Sendable {
    let client: DevIdP.Client
    let redirectURI: String
    let state: String?
    let nonce: String?
    let scopes: Set<Scope>
    /// The S256 challenge of PKCE.
    let challenge: String
    let prompts: Set<Prompt>
    let maxAge: Int?
    let loginHint: String?
    let idTokenHint: String?

    init(_ parameters: Parameters, _ clients: [String: DevIdP.Client]) throws(Fault) {
        let (client, uri) = try Self.address(parameters, clients)
        do throws(OAuthError) {
            try parameters.refuseRepeated()
            try Self.refuseWhatIsNotSupported(parameters)
            challenge = try Self.challenge(parameters)
            scopes = Scope.known(in: parameters["scope"])
            guard scopes.contains(.openID) else {
                throw OAuthError(.invalidScope, "the scope must have openid in it")
            }
            prompts = try Self.prompts(parameters["prompt"])
            maxAge = try parameters["max_age"].map { text throws(OAuthError) in
                guard let age = Int(text), age >= 0 else {
                    throw .invalidRequest("max_age must be a number of seconds")
                }
                return age
            }
        } catch {
            throw .answer(Answer(redirectURI: uri, state: parameters["state"], error: error))
        }
        self.client = client
        redirectURI = uri
        state = parameters["state"]
        nonce = parameters["nonce"]
        loginHint = parameters["login_hint"]
        idTokenHint = parameters["id_token_hint"]
    }

    /// Why there is no request.
    enum Fault: Error {
        /// Nobody knows where the answer may go, so it goes to who sits there.
        case page(PageError)
        case answer(Answer)
    }

    /// An error that goes back to the client.
    struct Answer: Error {
        let redirectURI: String
        let state: String?
        let error: OAuthError
    }

    func refused(_ error: OAuthError) -> Answer { Answer(redirectURI: redirectURI, state: state, error: error) }

    /// Who asks, and where the answer goes. A browser is sent to no other place.
    private static func address(
        _ parameters: Parameters,
        _ clients: [String: DevIdP.Client]
    ) throws(Fault) -> (DevIdP.Client, String) {
        guard let client = parameters["client_id"].flatMap({ clients[$0] }) else {
            throw .page(
                PageError(
                    "Unknown application",
                    """
                    The request names no application that is known here. Its client_id must be in this \
                    provider's configuration.
                    """
                )
            )
        }
        guard let uri = parameters["redirect_uri"],
            client.redirectURIs.contains(where: { $0.utf8.elementsEqual(uri.utf8) })
        else {
            throw .page(
                PageError(
                    "Unknown address",
                    """
                    \(client.shownName) asks for the answer at an address that is not registered for it: the \
                    redirect_uri must be one of this provider's configuration, to the last character.
                    """
                )
            )
        }
        return (client, uri)
    }

    private static func refuseWhatIsNotSupported(_ parameters: Parameters) throws(OAuthError) {
        guard parameters["request"] == nil else {
            throw OAuthError(.requestNotSupported, "this provider takes no request objects")
        }
        guard parameters["request_uri"] == nil else {
            throw OAuthError(.requestURINotSupported, "this provider takes no request objects")
        }
        guard try parameters.required("response_type") == "code" else {
            throw OAuthError(.unsupportedResponseType, "this provider knows the response_type code")
        }
        guard parameters["response_mode"] ?? "query" == "query" else {
            throw .invalidRequest("this provider knows the response_mode query")
        }
    }

    private static func challenge(_ parameters: Parameters) throws(OAuthError) -> String {
        let challenge = try parameters.required("code_challenge")
        guard parameters["code_challenge_method"] == "S256" else {
            throw .invalidRequest("the code_challenge_method must be S256")
        }
        let isBase64URL = challenge.utf8.allSatisfy { byte in
            (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39 || "-_".utf8.contains(byte)
        }
        guard challenge.utf8.count == 43, isBase64URL else {
            throw .invalidRequest("the code_challenge must be a SHA-256 as base64url without padding")
        }
        return challenge
    }

    private static func prompts(_ list: String?) throws(OAuthError) -> Set<Prompt> {
        var prompts: Set<Prompt> = []
        for word in (list ?? "").split(separator: " ") {
            guard let prompt = Prompt(rawValue: String(word)) else {
                throw .invalidRequest("this provider knows the prompts none, login, consent and select_account")
            }
            prompts.insert(prompt)
        }
        guard !prompts.contains(.silent) || prompts.count == 1 else {
            throw .invalidRequest("the prompt none goes with no other")
        }
        return prompts
    }
}
