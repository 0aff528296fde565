import TestSupport
import Testing

/// Canaille beside an installation that trusts it twice: as one that gives nobody an address that is not theirs, and as one that
/// says nothing of its addresses and is asked for no more.
struct CanailleProvider: LoginProvider {
    let site: Site
    private let password: String

    static func run(for installation: Installation, _ test: (any LoginProvider) async throws -> Void) async throws {
        let site = Site(of: installation)
        try await CanailleServer.run(callback: "\(site.origin)/auth/callback", afterLogout: site.origin) {
            (canaille) async throws in
            let facts = canaille.facts
            let trusted: JSON = [
                "name": "canaille", "issuer": .string(facts.issuer), "client_id": .string(facts.client),
                "client_secret": .string(facts.secret), "trusts_email": true,
            ]
            let plain: JSON = [
                "name": "plain", "issuer": .string(facts.issuer), "client_id": .string(facts.client),
                "client_secret": .string(facts.secret),
            ]
            try site.trust([trusted, plain])
            try await test(CanailleProvider(site: site, password: facts.password))
        }
    }

    /// Fills in its forms: who it is, the password, and, where it asks for that, that the installation may know it.
    func logIn(
        _ name: String,
        _ email: String,
        isVerified: Bool,
        in browser: Browser,
        at origin: String
    ) async throws -> Browser.Page {
        var page = try await browser.open("\(origin)/auth/login?provider=\(isVerified ? "canaille" : "plain")")
        for field in [("login", email), ("password", password)] {
            page = try await browser.send(page.form(asking: field.0) + [field], to: page.url)
        }
        if !page.url.hasPrefix(origin) {
            page = try await browser.send(page.form(asking: "answer") + [("answer", "accept")], to: page.url)
        }
        #expect(page.json["name"].text == name, "\(page.text)")
        return page
    }
}
