internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Pages

/// A page: plain HTML without scripts, in a frame that says what this is.
struct Page: Sendable {
    let title: String
    let content: Markup

    init(_ title: String, _ content: Markup) {
        self.title = title
        self.content = content
    }

    /// - Parameter formTargets: where the browser is sent after a form, since browsers hold `form-action` against that too.
    func response(status: HTTPResponse.Status = .ok, formTargets: [String] = []) -> Response {
        let nonce = Secret.make()
        let targets = (["'self'"] + formTargets.compactMap(Self.source)).joined(separator: " ")
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: "default-src 'none'; style-src 'nonce-\(nonce)'; form-action \(targets); "
                    + "frame-ancestors 'none'; base-uri 'none'",
                .xFrameOptions: "DENY",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: document(nonce: nonce).text))
        )
    }

    /// How a content security policy names where a URI leads: it has no way to write an IPv6 address, nor the host of an app.
    private static func source(of uri: String) -> String? {
        guard let parts = URLComponents(string: uri), let scheme = parts.scheme?.lowercased() else { return nil }
        guard scheme == "http" || scheme == "https", let host = parts.host, !host.contains(":") else {
            return "\(scheme):"
        }
        return "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
    }

    private func document(nonce: String) -> Markup {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style nonce="\(nonce)">\(Self.style)</style>
        </head>
        <body>
        <main>
        <p class="banner"><strong>Development login.</strong> There are no passwords here: \
        whoever opens this page can be anybody.</p>
        <h1>\(title)</h1>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    private static let style: Markup = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --ground: #f1f2f4; --line: #d0d5dc; --quiet: #57606a;
          --accent: #2f5bd7; --warn-ink: #5c3d00; --warn: #fff3cd; --bad: #b42318; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --paper: #1e2126; --ground: #14161a; --line: #3a4048;
          --quiet: #a3abb5; --accent: #8aa9ff; --warn-ink: #ffe08a; --warn: #3a2f10; --bad: #ff8a80; } }
        * { box-sizing: border-box; }
        body { margin: 0; padding: 2rem 1rem; background: var(--ground); color: var(--ink);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 32rem; margin: 0 auto; padding: 1.5rem; background: var(--paper); border: 1px solid var(--line);
          border-radius: .75rem; }
        h1 { margin: 1rem 0 .5rem; font-size: 1.4rem; overflow-wrap: anywhere; }
        h2 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
        p { margin: .5rem 0; }
        .banner { margin: 0; padding: .6rem .8rem; border-radius: .5rem; background: var(--warn); color: var(--warn-ink);
          font-size: .9rem; }
        .quiet { color: var(--quiet); font-size: .9rem; }
        .notice { padding: .6rem .8rem; border: 1px solid var(--bad); border-radius: .5rem; color: var(--bad); }
        .cut { overflow-wrap: anywhere; }
        ul { list-style: none; margin: 0; padding: 0; }
        li { margin: .4rem 0; }
        button { font: inherit; color: inherit; cursor: pointer; }
        button, input[type=text], input[type=email] { width: 100%; padding: .6rem .8rem; border: 1px solid var(--line);
          border-radius: .5rem; background: var(--paper); color: var(--ink); font: inherit; }
        .person { text-align: left; display: block; overflow-wrap: anywhere; }
        .person span { display: block; color: var(--quiet); font-size: .9rem; }
        button:hover { border-color: var(--accent); }
        button:focus-visible, input:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .main { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600; }
        .plain { background: none; border-color: transparent; color: var(--quiet); }
        label { display: block; margin: .6rem 0 .2rem; }
        .tick { display: flex; gap: .5rem; align-items: baseline; margin: .8rem 0; }
        a { color: var(--accent); }
        code { font-size: .9em; overflow-wrap: anywhere; }
        """
}
