import Foundation
import SlackImport
import Testing

/// Slack's markup, as it comes out of an import.
struct SlackMarkupTests {
    @Test(arguments: [
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
    ])
    func `markup becomes Markdown`(_ slack: String, _ markdown: String) async throws {
        let text = String(decoding: try JSONEncoder().encode(slack), as: UTF8.self)
        let fixture = try ZipFixture([
            "users.json": #"[{"id": "U1", "name": "ada"}]"#, "channels.json": #"[{"id": "C1", "name": "general"}]"#,
            "general/2018-11-05.json": #"[{"type": "message", "user": "U1", "ts": "1541446243.000100", "text": \#(text)}]"#,
        ])
        try await Workspace.run { workspace in
            _ = try await workspace.importing(fixture)
            let body = try #require(try await workspace.messages().first)
            #expect(body.hasPrefix("C1/1541446243.000100 ada: " + markdown))
        }
    }
}
