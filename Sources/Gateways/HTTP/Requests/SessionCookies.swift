package import HTTPTypes
package import Hummingbird

/// How browsers carry sessions: one cookie for the person, and one for each tenant that they have entered, so that two tabs in two
/// tenants do not meet.
///
/// No script can read them, and none goes along with what another site's page sends, but for a plain link (`SameSite=Lax`). Where
/// the installation is served by https they are bound to it (`Secure`, `__Host-`).
package struct SessionCookies: Sendable {
    /// Where browsers find the installation, such as `https://daybook.example`: scheme, host and port.
    package let origin: String
    private let isSecure: Bool

    package init(origin: String) {
        self.origin = origin
        isSecure = origin.hasPrefix("https://")
    }

    package var account: String { name("daybook-account") }

    /// - Parameter tenant: the organization's name.
    package func tenant(_ slug: String) -> String { name("daybook-tenant-\(slug)") }

    private func name(_ plain: String) -> String { isSecure ? "__Host-\(plain)" : plain }

    /// A `Set-Cookie`.
    ///
    /// - Parameter lifetime: after which the browser forgets it; zero at once.
    package func setting(_ name: String, to value: String, for lifetime: Duration) -> String {
        let flags = isSecure ? "; Secure" : ""
        return "\(name)=\(value); Path=/; Max-Age=\(lifetime.components.seconds); HttpOnly; SameSite=Lax\(flags)"
    }

    package func clearing(_ name: String) -> String { setting(name, to: "", for: .zero) }

    /// The value of a cookie of the request.
    package func value(of name: String, in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].trimmed.utf8.elementsEqual(name.utf8) else { continue }
                return String(parts[1].trimmed)
            }
        }
        return nil
    }

    /// A token as a request shows it.
    package struct Presented: Sendable {
        package let token: String
        /// The cookie that it came in; nil for the header.
        package let cookie: String?
    }

    /// No header of ours is longer.
    private static let lengthLimit = 256

    /// The token in `Authorization: Bearer`, or else in the first of these cookies that is there; nil if there is none.
    package func presentedToken(of request: Request, in names: [String]) throws(Problem) -> Presented? {
        if let header = request.headers[.authorization] {
            return Self.token(header).map { Presented(token: $0, cookie: nil) }
        }
        for name in names {
            guard let token = value(of: name, in: request), token.isPlain(upTo: Self.lengthLimit) else { continue }
            try expectOwn(request)
            return Presented(token: token, cookie: name)
        }
        return nil
    }

    /// The same of whichever kind: in the tenant that `Daybook-Tenant` names, or else the person's own.
    package func presentedToken(of request: Request) throws(Problem) -> Presented? {
        try presentedToken(of: request, in: request.headers[.daybookTenant].map { [tenant($0)] } ?? [account])
    }

    private static func token(_ header: String) -> String? {
        guard header.isPlain(upTo: lengthLimit) else { return nil }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].hasPrefix("db") else { return nil }
        return String(parts[1])
    }

    /// Refuses what another site's page may have had the browser send.
    ///
    /// Reading needs nothing. Anything else has to come from the installation's own pages, as the browser says by `Origin` or
    /// `Sec-Fetch-Site`, which no page can write itself; what is no browser says `Daybook-CSRF: 1`, which no page may add to what it sends elsewhere unasked.
    package func expectOwn(_ request: Request) throws(Problem) {
        if request.method == .get || request.method == .head { return }
        // A form on a page that tells nobody whence it comes is sent with `Origin: null`, but never from elsewhere as `same-origin`.
        let isHidden = request.headers[.origin] == "null" && request.headers[.secFetchSite] == "same-origin"
        if let origin = request.headers[.origin], !isHidden {
            guard origin == self.origin else { throw .foreignOrigin }
        }
        if let site = request.headers[.secFetchSite] {
            guard site == "same-origin" || site == "none" else { throw .foreignOrigin }
        }
        guard request.headers[.origin] != nil || request.headers[.daybookCSRF] == "1" else { throw .foreignOrigin }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension Problem {
    fileprivate static var foreignOrigin: Problem {
        Problem(
            .forbidden,
            "auth.foreign_origin",
            "with a cookie, this must come from the installation's own pages, or say `Daybook-CSRF: 1`"
        )
    }
}
