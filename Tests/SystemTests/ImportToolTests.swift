import Foundation
import Postgres
import Testing

/// `daybook import slack`, as an operator runs it.
struct ImportToolTests {
    private static let count = 4000

    /// An export with one channel and `count` messages, their files in no order.
    private func export(for installation: Installation) async throws -> String {
        let path = "\(installation.folder)/export.zip"
        let script = """
            import json, sys, zipfile
            path, count = sys.argv[1], int(sys.argv[2])
            users = [{"id": f"U{n}", "name": f"user{n}"} for n in range(10)]
            channels = [{"id": "C1", "name": "general", "members": [user["id"] for user in users]}]
            days = {}
            for n in range(count):
                message = {"type": "message", "user": f"U{n % 10}", "ts": f"{1541376000 + n * 60}.000100", "text": f"Message {n}"}
                if n % 7 == 3: message["thread_ts"] = f"{1541376000 + (n - 2) * 60}.000100"
                days.setdefault(n // 1440, []).append(message)
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
                for day in reversed(days): z.writestr(f"general/2018-11-{day + 5:02}.json", json.dumps(days[day]))
                z.writestr("users.json", json.dumps(users))
                z.writestr("channels.json", json.dumps(channels))
            """
        let said = "\(installation.folder)/python.log"
        let python = try Child(
            "/usr/bin/env",
            ["python3", "-c", script, path, "\(Self.count)"],
            output: said,
            errors: said
        )
        try #require(await python.end() == 0)
        return path
    }

    private func posted(in installation: Installation) throws -> Int {
        try installation.product().execute(
            """
            SELECT count(*) FROM es.events e JOIN es.types t ON t.id = e.type WHERE t.name = 'messaging.message_posted'
            """
        ).decode(Int.self)[0]
    }

    /// Those to the product database, without the one that asks.
    private func connections(to installation: Installation) throws -> Int {
        try installation.product().execute(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
            """
        ).decode(Int.self)[0]
    }

    @Test func `an import that was killed goes on where it was, and nothing comes twice`() async throws {
        try await Installation.run { (installation) async throws in
            let export = try await export(for: installation)
            let arguments = ["import", "slack", export, "--tenant", Installation.tenant, "--as", "ada"]
            let killed = try installation.start(arguments)
            try await eventually("some is imported") { try posted(in: installation) > 0 }
            killed.signal(SIGKILL)
            await killed.end()
            // What it had sent last is committed, or not, without it.
            try await eventually("its connections have ended") { try connections(to: installation) == 0 }
            let before = try posted(in: installation)

            #expect(try await installation.tool(arguments).contains("messages: \(Self.count - before)"))
            #expect(try posted(in: installation) == Self.count)
            #expect(
                try await installation.tool(arguments).contains("messages: 0, and \(Self.count) that were here before")
            )
            #expect(try posted(in: installation) == Self.count)
            #expect(try await installation.tool("audit", "verify").contains("the log is whole"))

            // What readers see is in the order of the source's times.
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            try await installation.tool(arguments + ["--wait"])
            #expect(try await server.get("/api/me", as: ada).status == 200)
            let order = try installation.product(as: "projector").execute(
                "SELECT body FROM rm.messages ORDER BY seq"
            ).decode(String.self)
            #expect(order == (0..<Self.count).map { "Message \($0)" })
        }
    }

    @Test func `a damaged archive is named, and nothing of it is written`() async throws {
        try await Installation.run { (installation) async throws in
            let export = try await export(for: installation)
            var data = try Data(contentsOf: URL(filePath: export))
            // In the middle of the first entry's content.
            data[200] ^= 0xFF
            try data.write(to: URL(filePath: export))
            let heads = "SELECT coalesce(max(position), 0) FROM es.events"
            let before = try installation.product().execute(SQL(heads)).decode(Int64.self)
            let result = try await installation.attempt(["import", "slack", export, "--tenant", Installation.tenant])
            #expect(result.status == 1)
            #expect(result.errors.contains("\(export), entry general/2018-11-"))
            #expect(try installation.product().execute(SQL(heads)).decode(Int64.self) == before)
        }
    }
}
