/// Slack's markup to Markdown.
///
///     <@U024BE7LH>  <@U024BE7LH|ada>       @ada, by the handle that the user has here
///     <#C024BE7LR|general>                 #general
///     <!here>  <!subteam^S1|@team>         @here  @team
///     <!date^1392734382^{date}|yesterday>  yesterday
///     <https://example.org>                <https://example.org>
///     <https://example.org|the site>       [the site](https://example.org)
///     &lt; &gt; &amp;                      < > &
///
/// In Slack's text `<` and `>` stand only around these, since all others are written as entities. Emphasis is left as it is.
struct SlackText {
    /// The handle of a user of the archive, without `@`.
    let handle: (String) -> String?
    /// The name of a channel of the archive, without `#`.
    let channel: (String) -> String?

    func markdown(_ text: String) -> String {
        var markdown = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "<") {
            guard let close = rest[open...].firstIndex(of: ">") else { break }
            markdown += Self.decoded(rest[..<open])
            markdown += reference(rest[rest.index(after: open)..<close])
            rest = rest[rest.index(after: close)...]
        }
        markdown += Self.decoded(rest)
        // Postgres cannot hold it.
        return markdown.replacing("\0", with: "")
    }

    /// What stands between the angle brackets: a target and, after a bar, what to show.
    private func reference(_ inner: Substring) -> String {
        let parts = inner.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let (target, label) = (parts[0], parts.count == 2 ? Self.decoded(parts[1]) : nil)
        switch target.first {
        case "@":
            let user = String(target.dropFirst())
            return "@" + (handle(user) ?? label?.withoutLeading("@") ?? user)
        case "#":
            let channel = String(target.dropFirst())
            return "#" + (self.channel(channel) ?? label?.withoutLeading("#") ?? channel)
        case "!":
            if let label { return label }
            return "@" + target.dropFirst().prefix { $0 != "^" }
        default:
            let url = Self.decoded(target)
            guard let label, label != url, "mailto:" + label != url, !label.isEmpty else { return "<\(url)>" }
            return "[\(label.replacing("]", with: "\\]"))](\(url.replacing(")", with: "%29")))"
        }
    }

    private static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return String(text) }
        // The ampersand last, so that `&amp;lt;` stays `&lt;`.
        return String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}

extension String {
    fileprivate func withoutLeading(_ character: Character) -> String {
        first == character ? String(dropFirst()) : self
    }
}
