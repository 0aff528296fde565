import Foundation
import SlackImport
import Testing

struct SlackArchiveTests {
    private let users = #"[{"id": "U1", "name": "ada"}]"#
    private let channels = #"[{"id": "C1", "name": "general", "members": ["U1"]}]"#
    private let day = #"[{"type": "message", "user": "U1", "text": "Hello", "ts": "1541446243.000100"}]"#

    private func failure(_ fixture: ZipFixture) throws -> String {
        let error = #expect(throws: SlackArchiveError.self) { try SlackArchive(path: fixture.path) }
        let text = try #require(error).description
        #expect(text.contains(fixture.path))
        return text
    }

    @Test func `a file that is no archive is named`() throws {
        #expect(throws: SlackArchiveError.self) { try SlackArchive(path: "/nonexistent/export.zip") }
        let fixture = try ZipFixture(["users.json": users, "channels.json": channels, "general/2018-11-05.json": day])
        try Data("no archive".utf8).write(to: URL(filePath: fixture.path))
        _ = try failure(fixture)
    }

    @Test func `an archive of something else is told apart`() throws {
        #expect(try failure(ZipFixture(["photo.jpg": "…"])).contains("users.json"))
        #expect(try failure(ZipFixture(["users.json": users])).contains("channels.json"))
    }

    @Test(arguments: [
        ("users.json", "[{"), ("users.json", #"[{"name": "ada"}]"#), ("channels.json", "{}"),
        ("general/2018-11-05.json", #"[{"type": "message", "user": "U1", "text": "Hel"#),
        ("general/2018-11-05.json", #"[{"type": "message", "text": "Hello"}]"#),
        ("general/2018-11-05.json", #"[{"type": "message", "ts": "yesterday"}]"#),
        ("general/2018-11-05.json", ""),
    ])
    func `an entry that is not what it should be is named`(_ entry: String, _ content: String) throws {
        let text = { (name: String, usual: String) in name == entry ? content : usual }
        let fixture = try ZipFixture([
            "users.json": text("users.json", users), "channels.json": text("channels.json", channels),
            "general/2018-11-05.json": text("general/2018-11-05.json", day),
        ])
        #expect(try failure(fixture).contains("entry \(entry)"))
    }

    @Test func `an entry whose bytes changed is named`() throws {
        let fixture = try ZipFixture(["users.json": users, "channels.json": channels, "general/2018-11-05.json": day])
        var data = try Data(contentsOf: URL(filePath: fixture.path))
        let place = try #require(data.range(of: Data("Hello".utf8)))
        data.replaceSubrange(place, with: Data("Jello".utf8))
        try data.write(to: URL(filePath: fixture.path))
        let text = try failure(fixture)
        #expect(text.contains("general/2018-11-05.json"))
        #expect(text.contains("checksum"))
    }

    @Test func `an archive that was cut off is told as such`() throws {
        let fixture = try ZipFixture(["users.json": users, "channels.json": channels, "general/2018-11-05.json": day])
        let data = try Data(contentsOf: URL(filePath: fixture.path))
        try data.prefix(data.count - 60).write(to: URL(filePath: fixture.path))
        #expect(try failure(fixture).contains("cut off"))
    }

    @Test func `all may lie in one folder more`() throws {
        let fixture = try ZipFixture([
            "Acme Slack export/users.json": users, "Acme Slack export/channels.json": channels,
            "Acme Slack export/general/2018-11-05.json": day, "__MACOSX/._users.json": "…",
            "Acme Slack export/gone/2018-11-05.json": day,
        ])
        let archive = try SlackArchive(path: fixture.path)
        #expect(archive.messageCount == 1)
        #expect(archive.strayEntries == ["Acme Slack export/gone/2018-11-05.json"])
    }
}
