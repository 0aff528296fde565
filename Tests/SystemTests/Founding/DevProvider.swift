import Foundation
import TestSupport
import Testing

/// A `daybook dev-idp` beside an installation that trusts it.
struct DevProvider: LoginProvider {
    let url: String
    let site: Site
    private let child: Child

    /// Starts one and waits until it answers; it ends with `stop`.
    static func start(for installation: Installation) async throws -> DevProvider {
        let site = Site(of: installation)
        let port = FreePort.next()
        let url = "http://127.0.0.1:\(port)"
        let child = try installation.start([
            "dev-idp", "--port", "\(port)", "--data", "\(installation.folder)/idp", "--relying-party", site.origin,
            "--environment", "development", "--back-channel-logout", "\(site.origin)/auth/backchannel-logout/dev",
        ])
        try site.trust([
            [
                "name": "dev", "title": "Development", "issuer": .string(url), "client_id": "daybook",
                "post_logout_redirect_uri": .string(site.origin + "/"),
            ]
        ])
        let browser = Browser()
        try await eventually("the provider answers") {
            (try? await browser.open("\(url)/.well-known/openid-configuration").status) == 200
        }
        return DevProvider(url: url, site: site, child: child)
    }

    func stop() async {
        child.signal(SIGTERM)
        await child.end()
    }

    /// Each is new to the provider.
    @discardableResult
    func logIn(
        _ name: String,
        _ email: String,
        isVerified: Bool,
        in browser: Browser,
        at origin: String
    ) async throws -> Browser.Page {
        let page = try await browser.open("\(origin)/auth/login")
        var fields = try page.form(with: ("choice", "newcomer"))
        fields += [("name", name), ("email", email)]
        if isVerified { fields.append(("verified", "yes")) }
        return try await browser.send(fields, to: "\(url)/authorize")
    }
}
