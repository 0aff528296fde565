import Commands
import Testing

struct MentionsTests {
    /// The longest form of each mention.
    func handles(_ markdown: String) -> [String] { Mentions.parse(markdown).map { $0.forms[0] } }

    @Test(arguments: [
        ("@ann", ["ann"]),
        ("hello @ann, and @Bob!", ["ann", "bob"]),
        ("(@ann) [@bob] \"@cleo\"", ["ann", "bob", "cleo"]),
        ("@ann @ann @ANN", ["ann"]),
        ("*@ann* **@bob** ~~@cleo~~", ["ann", "bob", "cleo"]),
        ("first\n@ann\r\n\n> @bob\n- @cleo", ["ann", "bob", "cleo"]),
        ("你好@ann你好", ["ann"]),
        ("@a.b-c_1", ["a.b-c_1"]),
        ("no one @ all, @! and @", []),
        ("", []),
    ])
    func `a handle after an at sign is a mention`(markdown: String, expected: [String]) {
        #expect(handles(markdown) == expected)
    }

    @Test(arguments: [
        "ann@example.org", "ann.b+c@example.org", "ann_@example.org", "https://example.org/@ann", "a=@ann",
        "@ann@example.org",
        #"\@ann"#, "x-@ann", "@@ann",
    ])
    func `addresses are no mentions`(markdown: String) {
        #expect(handles(markdown).isEmpty)
    }

    @Test(arguments: [
        "`@ann`", "``a ` @ann``", "`a\n@ann`", "```\n@ann\n```", "~~~ swift\n@ann\n~~~~", "   ```\n@ann",
        "```\n@ann\n~~~\n@bob\n``",
        "```@ann```", "text\n````\n```\n@ann\n````",
    ])
    func `code is not looked at`(markdown: String) {
        #expect(handles(markdown).isEmpty)
    }

    @Test(arguments: [
        ("`a` @ann `b`", ["ann"]),
        ("` @ann", ["ann"]),
        ("`` @ann `", ["ann"]),
        (#"\` @ann `"#, ["ann"]),
        ("`open\n\n@ann `", ["ann"]),
        ("```\n@ann\n```\n@bob", ["bob"]),
        ("`a\n```\n@ann\n```\n` @bob", ["bob"]),
        ("``` x` @ann", ["ann"]),
        ("    ```\n@ann", ["ann"]),
    ])
    func `what only looks like code is text`(markdown: String, expected: [String]) {
        #expect(handles(markdown) == expected)
    }

    @Test func `punctuation at the end may belong to the handle or not`() {
        #expect(Mentions.parse("@ann.").map(\.forms) == [["ann.", "ann"]])
        #expect(Mentions.parse("_@ann_").map(\.forms) == [["ann_", "ann"]])
        #expect(Mentions.parse("@ann_.").map(\.forms) == [["ann_.", "ann_", "ann"]])
    }

    @Test func `a handle has at most 64 characters`() {
        #expect(handles("@" + String(repeating: "a", count: 64)).count == 1)
        #expect(handles("@" + String(repeating: "a", count: 65)).isEmpty)
    }

    @Test func `the first 50 count`() {
        let text = (0..<60).map { "@u\($0)" }.joined(separator: " ")
        #expect(handles(text) == (0..<50).map { "u\($0)" })
    }

    @Test(.timeLimit(.minutes(20)))
    func `hostile texts of 64 KiB are parsed in no time`() {
        let runs = (1...360).map { String(repeating: "`", count: $0) }.joined(separator: "a")
        for text in [
            String(repeating: "`", count: 65_536), String(repeating: "@", count: 65_536),
            String(repeating: "_@", count: 32_768),
            String(repeating: "`a", count: 32_768), String(repeating: "\\`", count: 32_768), runs,
            String(repeating: "a\n\n", count: 20_000), String(repeating: "_", count: 65_000) + "@",
            String(repeating: "\\", count: 65_000) + "`",
        ] {
            _ = Mentions.parse(text)
        }
    }
}
