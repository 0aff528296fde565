/// A request to end a session (OpenID Connect RP-Initiated Logout 2), found good.
struct LogoutRequest: Sendable {
    let hint: IDToken?
    let client: DevIdP.Client?
    /// Where the browser goes after it.
    let redirectURI: String?
    let state: String?

    /// - Parameter hint: the ID token of `id_token_hint`, if it is one of this provider.
    init(_ parameters: Parameters, hint: IDToken?, _ clients: [String: DevIdP.Client]) throws(PageError) {
        func fault(_ text: String) -> PageError { PageError("This logout cannot be done", text) }
        if let name = parameters.repeated.sorted().first { throw fault("The request has \(name) more than once.") }
        let named = parameters["client_id"]
        if let named, let hint, named != hint.aud {
            throw fault("The id_token_hint was given to another application than the client_id names.")
        }
        client = (named ?? hint?.aud).flatMap { clients[$0] }
        if named != nil, client == nil { throw fault("The client_id names no application that is known here.") }
        if let uri = parameters["post_logout_redirect_uri"] {
            guard let client else {
                throw fault(
                    """
                    The request says where to go after it, but not for which application: it needs an \
                    id_token_hint of this provider, or a client_id.
                    """
                )
            }
            guard client.postLogoutRedirectURIs.contains(where: { $0.utf8.elementsEqual(uri.utf8) }) else {
                throw fault(
                    """
                    \(client.shownName) wants to go on at an address that is not registered for it: the \
                    post_logout_redirect_uri must be one of this provider's configuration, to the last \
                    character.
                    """
                )
            }
        }
        self.hint = hint
        redirectURI = parameters["post_logout_redirect_uri"]
        state = parameters["state"]
    }

    /// Whether to ask first: without a hint anybody's link could end the session, and with one of somebody else it is not theirs.
    func mustAsk(of session: BrowserSession?) -> Bool {
        guard let session else { return false }
        return hint?.person.sub != session.subject
    }
}
