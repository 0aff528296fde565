internal import Hummingbird
internal import Pages

/// What this provider is and holds, for who develops with it.
struct HomePage: Sendable {
    let issuer: String
    let clients: [DevIdP.Client]
    let people: [Person]
    let keys: [KeyRing.Entry]
    let signedIn: Person?
    let formToken: String

    var page: Page {
        Page(
            "Development identity provider",
            """
            <p>Issuer <code>\(issuer)</code>, described at \
            <a href="\(issuer)/.well-known/openid-configuration">openid-configuration</a>.</p>
            \(session)
            <h2>Applications</h2>
            <ul>\(clients.map(line))</ul>
            <h2>People</h2>
            <ul>\(people.isEmpty ? [nobody] : people.map(line))</ul>
            <h2>Keys</h2>
            <ul>\(keys.map(line))</ul>
            <form method="post" action="\(issuer)/keys/rotate">
            \(Markup.hidden([(name: "csrf", value: formToken)]))
            <button>Rotate the keys now</button>
            </form>
            """
        )
    }

    private var session: Markup {
        guard let signedIn else { return "<p>Nobody is signed in in this browser.</p>" }
        return "<p>Signed in as <strong>\(signedIn.name)</strong>. <a href=\"\(issuer)/logout\">Sign out</a></p>"
    }

    private var nobody: Markup { "<li class=\"quiet\">Nobody yet: the first login makes the first one.</li>\n" }

    private func line(_ client: DevIdP.Client) -> Markup {
        """
        <li>\(client.shownName) <span class="quiet"><code>\(client.id)</code>, \
        \(client.secret == nil ? "without a secret" : "with a secret"), back to \
        <code>\(client.redirectURIs.joined(separator: " "))</code></span></li>

        """
    }

    private func line(_ person: Person) -> Markup {
        """
        <li>\(person.name) <span class="quiet">\(person.email)\(person.isEmailVerified ? "" : ", not verified"), \
        <code>\(person.subject)</code></span></li>

        """
    }

    private func line(_ entry: KeyRing.Entry) -> Markup {
        """
        <li><code>\(entry.key.id)</code> \
        <span class="quiet">\(entry.key.algorithm.rawValue), \(entry.role.rawValue)</span></li>

        """
    }
}

extension DevIdP {
    /// `GET /`.
    func home(_ request: Request) async throws -> Response {
        let (browser, isNew) = browser(of: request)
        let session = sessions.find(cookie(.session, of: request), at: now())
        var signedIn: Person?
        if let session { signedIn = await people.find(subject: session.subject) }
        let page = HomePage(
            issuer: issuer.text,
            clients: clients.values.sorted { $0.id < $1.id },
            people: await people.all.sorted { ($0.name, $0.email) < ($1.name, $1.email) },
            keys: try await keys.entries(),
            signedIn: signedIn,
            formToken: formTokens.token(for: browser, .rotate)
        )
        var response = page.page.response()
        if isNew { response.setCookie(cookie(.browser, browser)) }
        return response
    }
}
