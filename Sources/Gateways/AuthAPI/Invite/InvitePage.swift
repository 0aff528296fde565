internal import Crypto
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Pages

/// What the link of an invitation shows.
struct InvitePage {
    enum Content {
        /// Who has the link has to show first who they are.
        case login(org: String, [ProviderLink])
        /// What one shall be called, and what was wrong with what was typed.
        case names(org: String, token: String, Typed, Wrong?)
        /// One is a user there already, and needs no names.
        case entry(org: String, token: String)
        /// The provider vouches for another address than the one that was invited.
        case otherAddress(org: String, mine: String?, [ProviderLink])
        case over(org: String)
        case unknown
    }

    /// Where somebody can log in, to come back to the page.
    struct ProviderLink {
        let title: String
        let url: String
    }

    struct Typed {
        var handle: String
        var name: String
    }

    /// Why a form was not taken.
    struct Wrong {
        let message: String
        /// Which of the fields, if it is one: the JSON Pointer of the rule.
        let pointer: String?
    }

    let content: Content

    init(_ content: Content) { self.content = content }

    func reply(status: HTTPResponse.Status = .ok, code: String? = nil, headers: HTTPFields = [:]) -> Reply<Page> {
        // New for each answer, so that nothing but this style is styled.
        let nonce = SymmetricKey(size: .bits128).withUnsafeBytes { Base64URL.encode(Array($0)) }
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>\(title)</title>
            <style nonce="\(nonce)">\(Self.style)</style>
            </head>
            <body>
            <main data-code="\(code ?? "")">
            <h1>\(title)</h1>
            \(body)
            </main>
            </body>
            </html>

            """
        return Reply(page: page, nonce: nonce, status: status, headers: headers)
    }

    private var title: String {
        switch content {
        case .login(let org, _), .names(let org, _, _, _): "You are invited to \(org)"
        case .entry(let org, _): "You are in \(org)"
        case .otherAddress(let org, _, _): "This invitation to \(org) is for another address"
        case .over(let org): "This invitation to \(org) is over"
        case .unknown: "There is no such invitation"
        }
    }

    private var body: Markup {
        switch content {
        case .login(_, let links):
            """
            <p>Log in to take the invitation. It can be taken by who has the address that it was mailed to.</p>
            \(list(links))
            """
        case .names(_, let token, let typed, let wrong): form(token, typed, wrong)
        case .entry(_, let token):
            """
            <form method="post" action="/auth/invite">
            \(Markup.hidden([(name: "token", value: token)]))
            <button>Go on</button>
            </form>
            """
        case .otherAddress(_, let mine, let links):
            """
            <p>You are logged in\(mine.map { " as \($0)" } ?? ""). Your provider has to vouch for the address that the \
            invitation was mailed to.</p>
            <p>You can log in as somebody else:</p>
            \(list(links))
            """
        case .over: "<p>It was taken, taken back, or has run out. Ask for a new one.</p>"
        case .unknown: "<p>Look whether the link is whole, as the mail has it.</p>"
        }
    }

    private func list(_ links: [ProviderLink]) -> Markup {
        guard !links.isEmpty else { return "<p>Nobody can log in here at present.</p>" }
        return "<ul>\n\(links.map { "<li><a href=\"\($0.url)\">\($0.title)</a></li>\n" as Markup })</ul>"
    }

    private func form(_ token: String, _ typed: Typed, _ wrong: Wrong?) -> Markup {
        """
        <p>What shall you be called there?</p>
        \(notice(wrong, of: nil))
        <form method="post" action="/auth/invite">
        \(Markup.hidden([(name: "token", value: token)]))
        <label for="name">Name</label>
        <input id="name" name="name" value="\(typed.name)" maxlength="120" autocomplete="name" required>
        \(notice(wrong, of: "/name"))
        <label for="handle">Handle, by which others mention you</label>
        <input id="handle" name="handle" value="\(typed.handle)" maxlength="64" pattern="[A-Za-z0-9._\\-]{1,64}"
          autocapitalize="none" autocomplete="username" spellcheck="false" required>
        \(notice(wrong, of: "/handle"))
        <button>Join</button>
        </form>
        """
    }

    private func notice(_ wrong: Wrong?, of pointer: String?) -> Markup {
        guard let wrong, wrong.pointer == pointer else { return "" }
        return "<p class=\"notice\" role=\"alert\">\(wrong.message)</p>"
    }

    private static let style: Markup = """
        :root { color-scheme: light dark; }
        body { margin: 0 auto; padding: 3rem 1rem; max-width: 30rem; font: 1rem/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
        label { display: block; margin-top: 1rem; }
        input, button { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; }
        button { margin-top: 1.5rem; cursor: pointer; }
        .notice { color: #b42318; }
        @media (prefers-color-scheme: dark) { .notice { color: #ff8a80; } }
        """
}
