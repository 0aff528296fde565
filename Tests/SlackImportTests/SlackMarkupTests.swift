import Foundation
import SlackImport
import Testing

/// Slack's markup, as it comes out of an import.
struct SlackMarkupTests {
    private static let forms = [
        ("plain *bold* _italic_ `code`", "plain *bold* _italic_ `code`"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt; stays an entity", "&lt; stays an entity"),
        ("hello <@U1>", "hello @ada"),
        ("hello <@U1|somebody>", "hello @ada"),
        ("hello <@UGONE|grace>", "hello @grace"),
        ("hello <@UGONE>", "hello @UGONE"),
        ("see <#C1|renamed>", "see #general"),
        ("see <#CGONE|gone>", "see #gone"),
        ("<!here> and <!channel>", "@here and @channel"),
        ("<!subteam^S1|@team>", "@team"),
        ("<!date^1392734382^{date}|yesterday>", "yesterday"),
        ("<https://example.org/?a=1&amp;b=2>", "<https://example.org/?a=1&b=2>"),
        ("<https://example.org|the &lt;site&gt;>", "[the <site>](https://example.org)"),
        ("<mailto:ada@example.org|ada@example.org>", "<mailto:ada@example.org>"),
        ("an open < bracket", "an open < bracket"),
    ]

    @Test func `markup becomes Markdown`() async throws {
        let messages = try Self.forms.enumerated().map { number, form in
            let text = String(decoding: try JSONEncoder().encode(form.0), as: UTF8.self)
            return #"{"type": "message", "user": "U1", "ts": "154144624\#(number + 10).000100", "text": \#(text)}"#
        }
        let fixture = try ZipFixture([
            "users.json": #"[{"id": "U1", "name": "ada"}]"#, "channels.json": #"[{"id": "C1", "name": "general"}]"#,
            "general/2018-11-05.json": "[" + messages.joined(separator: ",") + "]",
        ])
        try await Workspace.run { workspace in
            _ = try await workspace.importing(fixture)
            let bodies = try await workspace.messages().map { line in
                String(line.split(separator: ": ", maxSplits: 1)[1].replacing(" | mentions ada", with: ""))
            }
            #expect(bodies == Self.forms.map(\.1))
        }
    }
}
