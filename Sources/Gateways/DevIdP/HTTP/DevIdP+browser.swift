internal import Hummingbird

extension DevIdP {
    enum CookieKind: String {
        /// Who is signed in.
        case session
        /// Which browser it is, so that forms can be tied to it.
        case browser
    }

    /// The value of a cookie of ours, if it may be one.
    func cookie(_ kind: CookieKind, of request: Request) -> String? {
        guard let value = request.cookies[cookieName(kind)]?.value, value.utf8.count == 43, value.isPlain(upTo: 43)
        else {
            return nil
        }
        return value
    }

    /// It ends with the browser. Other sites' links bring it along, since that is how clients send somebody here; their forms do
    /// not.
    func cookie(_ kind: CookieKind, _ value: String) -> Cookie {
        Cookie(
            name: cookieName(kind),
            value: value,
            path: cookiePath,
            secure: issuer.isSecure,
            httpOnly: true,
            sameSite: .lax
        )
    }

    func expiredCookie(_ kind: CookieKind) -> Cookie {
        Cookie(
            name: cookieName(kind),
            value: "",
            maxAge: 0,
            path: cookiePath,
            secure: issuer.isSecure,
            httpOnly: true,
            sameSite: .lax
        )
    }

    /// The ports of a host share their cookies, so the name tells one provider from another.
    private func cookieName(_ kind: CookieKind) -> String {
        "dev_idp_\(Secret.hash(issuer.text).base64URL.prefix(8))_\(kind.rawValue)"
    }

    private var cookiePath: String { issuer.path.isEmpty ? "/" : issuer.path }

    /// The browser that asks; a new one has to be given its cookie.
    func browser(of request: Request) -> (browser: String, isNew: Bool) {
        if let known = cookie(.browser, of: request) { return (known, false) }
        return (Secret.make(), true)
    }

    func checkForm(_ form: Parameters, of request: Request, _ purpose: FormTokens.Purpose) throws(PageError) {
        guard formTokens.isValid(form["csrf"], for: cookie(.browser, of: request), purpose) else {
            throw PageError(
                "This form is not good any more",
                """
                It is from another browser, from before a restart, or from another site; or this browser keeps \
                no cookies. Go back, load the page again and choose again.
                """,
                status: .forbidden
            )
        }
    }

    /// A form that a browser sent, whose faults are for who sits there.
    func pageForm(of request: Request) async throws -> Parameters {
        do { return try await request.form() } catch let error as OAuthError {
            throw PageError("This request cannot be read", "\(error.description).", status: error.status)
        }
    }

    func pageQuery(of request: Request) throws(PageError) -> Parameters {
        do { return try request.query() } catch {
            throw PageError("This request cannot be read", "\(error.description).", status: error.status)
        }
    }
}
