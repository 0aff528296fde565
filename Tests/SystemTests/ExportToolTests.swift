import EventStore
import Foundation
import Postgres
import TestSupport
import Testing
import TransparencyLog

/// `daybook audit export`, and what an outsider finds out with it and the public key.
struct ExportToolTests {
    /// An installation with two tenants in one partition, each with a room and a few messages, and a folder of signed heads.
    private struct Desk {
        let installation: Installation
        let publicKey: String
        let signer: HeadSigner

        var heads: HeadFolder {
            get throws { HeadFolder(path: headsPath, verifier: try HeadVerifier(publicKey: publicKey)) }
        }
        var headsPath: String { "\(installation.folder)/heads" }

        func path(_ name: String) -> String { "\(installation.folder)/\(name)" }

        func converse(_ count: Int) async throws {
            let server = try await installation.serve(roles: "tenant-api,registrar")
            for (user, tenant) in [("ada", Installation.tenant), ("eve", "other")] {
                let token = try await installation.token(for: user, of: tenant)
                let room = try JSON(
                    await server.post("/api/rooms", ["kind": "channel", "name": "\(UUID())"], as: token).body
                )["id"].text
                for number in 0..<count {
                    let posted = try await server.post(
                        "/api/rooms/\(room ?? "")/messages",
                        ["body": "Message \(number) \"with\" ünïcode\n"],
                        as: token
                    )
                    try #require(posted.status == 201)
                }
            }
            await server.kill()
        }

        /// Signs the log as it is, and keeps the head.
        @discardableResult
        func sign() throws -> SignedTreeHead {
            let signed = try LogHead.sign(Partition(0), by: signer, on: try installation.product(as: "projector"))
            try heads.append(signed, after: try heads.latest(of: 0))
            return signed
        }

        func export(_ name: String, _ more: String...) async throws -> String {
            try await installation.tool(
                [
                    "audit", "export", "--tenant", Installation.tenant, "--out", path(name), "--heads", headsPath,
                    "--public-key", publicKey,
                ] + more
            )
        }

        /// Verifies where there is no setting at all, and so no database and no key but the public one.
        func verify(_ name: String, _ more: String...) async throws -> Child.Result {
            try await installation.attempt(
                ["audit", "verify-export", path(name), "--public-key", publicKey] + more,
                environment: ["PATH": "/usr/bin:/bin"]
            )
        }

        /// Copies an export and lets somebody at it who has Python and `lz4` but not the signer's key.
        func tamper(_ name: String, _ change: String) async throws -> Child.Result {
            try FileManager.default.copyItem(atPath: path("whole"), toPath: path(name))
            let said = path("\(name).log")
            let python = try Child(
                "/usr/bin/env",
                ["python3", "-c", Self.script, path(name), change],
                output: said,
                errors: said
            )
            let end = await python.result()
            try #require(end.status == 0, "\(end.output)")
            return try await verify(name)
        }

        /// Unpacks the first segment, runs the change on its lines and packs it again, with a manifest that fits.
        private static let script = """
            import base64, hashlib, json, subprocess, sys
            folder, change = sys.argv[1:]
            segment = folder + "/segment-000001.jsonl.lz4"
            lines = subprocess.run(["lz4", "-dc", segment], check=True, capture_output=True).stdout.decode().split("\\n")[:-1]
            kinds = [next(iter(json.loads(line))) for line in lines]
            commits = [n for n, kind in enumerate(kinds) if kind == "commit"] + [len(lines)]
            exec(change)
            content = "".join(line + "\\n" for line in lines).encode()
            packed = subprocess.run(["lz4", "-c"], input=content, check=True, capture_output=True).stdout
            open(segment, "wb").write(packed)
            manifest = json.load(open(folder + "/manifest.json"))
            manifest["segments"][0]["size"] = len(content)
            manifest["segments"][0]["sha256"] = base64.b64encode(hashlib.sha256(packed).digest()).decode()
            open(folder + "/manifest.json", "w").write(json.dumps(manifest, separators=(",", ":")) + "\\n")
            """
    }

    private func desk(_ body: (Desk) async throws -> Void) async throws {
        try await Installation.run(settings: ["DAYBOOK_PARTITIONS": "1"]) { installation in
            try await installation.tool("tenant", "create", "other", "--owner", "eve")
            let file = "\(installation.folder)/signer.key"
            let publicKey = try await installation.tool("audit", "key", "create", file, "--name", "example.com/daybook")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let secret = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
            let desk = Desk(
                installation: installation,
                publicKey: publicKey,
                signer: try HeadSigner(privateKey: secret)
            )
            try await desk.converse(5)
            try await body(desk)
        }
    }

    @Test func `an export is verified by somebody who has nothing but the public key`() async throws {
        try await desk { desk in
            try desk.sign()
            #expect(try await desk.export("whole").contains("of the tenant"))
            let result = try await desk.verify("whole")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.output.hasSuffix("the export is whole\n"))

            // The key may lie in a file.
            let file = desk.path("log.pub")
            try (desk.publicKey + "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let again = try await desk.installation.attempt(
                ["audit", "verify-export", desk.path("whole"), "--public-key", file],
                environment: [:]
            )
            #expect(again.output == result.output)

            let changes: [(String, says: String)] = [
                // As it is, only packed anew.
                ("pass", "the export is whole"),
                ("del lines[commits[2]:commits[3]]", "the commit does not follow"),
                ("a = commits[3]; lines[a - 1], lines[a + 1] = lines[a + 1], lines[a - 1]", "FAULT position"),
                ("del lines[kinds.index('event')]", "does not follow"),
                (
                    #"n = kinds.index('event'); lines[n] = lines[n].replace('"schema":1', '"schema":2')"#,
                    "the event is not the one that was committed"
                ),
                (
                    """
                    n = kinds.index('leaf'); leaf = json.loads(lines[n]); old = leaf['leaf']['leaf']
                    lines[n] = lines[n].replace(old, base64.b64encode(b'x' * 32).decode())
                    """, "the events of the commit are not those"
                ),
                (
                    """
                    n = commits[1]; old = json.loads(lines[n])['commit']['committed_at_us']
                    lines[n] = lines[n].replace(str(old), str(old + 1))
                    """, "the commit is not the one that was made"
                ),
            ]
            for (number, (change, says)) in changes.enumerated() {
                let result = try await desk.tamper("tampered-\(number)", change)
                #expect(result.output.contains(says), "\(change):\n\(result.output)\(result.errors)")
                #expect(result.status == (number == 0 ? 0 : 1))
            }
        }
    }

    @Test func `a head that was forged, and one that is not continued, are found`() async throws {
        try await desk { desk in
            let early = try desk.sign()
            try await desk.converse(2)
            let late = try desk.sign()
            _ = try await desk.export("whole")

            let kept = desk.path("early.note")
            try early.note.write(toFile: kept, atomically: true, encoding: .utf8)
            let result = try await desk.verify("whole", "--against", kept)
            #expect(result.status == 0 && result.output.contains("it continues the head that you kept"))

            // The log as it might have been when somebody kept its head.
            let other = try desk.signer.sign(
                partition: 0,
                size: early.head.size,
                root: late.head.root,
                chain: early.head.chain
            )
            try other.note.write(toFile: kept, atomically: true, encoding: .utf8)
            let rewritten = try await desk.verify("whole", "--against", kept)
            #expect(rewritten.status == 1)
            #expect(rewritten.output.hasPrefix("FAULT position \(early.head.size), "))
            #expect(rewritten.output.contains("the log up to here is not the one whose head you kept"))

            let forger = try HeadSigner(newKeyFor: "example.com/daybook")
            let forged = try forger.sign(
                partition: 0,
                size: late.head.size,
                root: late.head.root,
                chain: late.head.chain
            )
            try forged.note.write(toFile: desk.path("whole/head.note"), atomically: true, encoding: .utf8)
            let refused = try await desk.verify("whole")
            #expect(refused.status == 1)
            #expect(refused.output.contains("the note is not signed by example.com/daybook"))
        }
    }

    @Test func `a range is from the commit of a position to the first head that covers another`() async throws {
        try await desk { desk in
            let early = try desk.sign()
            try await desk.converse(2)
            let late = try desk.sign()
            #expect(
                try await desk.export("early", "--to", "\(early.head.size - 1)")
                    .contains("positions 1 to \(early.head.size) of partition 0")
            )
            let first = try desk.installation.product().execute(
                "SELECT max(first_position) FROM es.commits WHERE last_position <= \(early.head.size)"
            ).decode(Int64.self)[0]
            #expect(
                try await desk.export("late", "--from", "\(early.head.size)")
                    .contains("positions \(first) to \(late.head.size) of partition 0")
            )
            #expect(try await desk.verify("late", "--from", "\(early.head.size)").status == 0)

            // Who does not ask for a later beginning is told of it.
            let unasked = try await desk.verify("late")
            #expect(unasked.status == 1 && unasked.output.contains("the export begins here, behind the position"))
            let another = try await desk.verify("early", "--tenant", UUID().uuidString.lowercased())
            #expect(another.status == 1 && another.output.contains("the export is of another tenant"))
            #expect(try await desk.verify("early", "--tenant", "demo").status != 0)

            let arguments = [
                "audit", "export", "--tenant", Installation.tenant, "--out", desk.path("none"), "--heads",
                desk.headsPath,
                "--public-key", desk.publicKey,
            ]
            for more in [["--to", "\(late.head.size + 1)"], ["--from", "0"], ["--from", "5", "--to", "4"]] {
                #expect(try await desk.installation.attempt(arguments + more).status != 0)
            }
            #expect(!FileManager.default.fileExists(atPath: desk.path("none")))
        }
    }

    @Test func `the log is verified against the heads that were kept`() async throws {
        try await desk { desk in
            let head = try desk.sign()
            let verify = ["audit", "verify", "--heads", desk.headsPath, "--head-public-key", desk.publicKey]
            let said = try await desk.installation.tool(verify)
            #expect(said.contains(", 1 signed heads\n") && said.hasSuffix("the log is whole\n"))
            let last = try desk.installation.product().execute("SELECT max(first_position) FROM es.commits")
                .decode(Int64.self)[0]
            try desk.installation.product().executeScript(
                """
                DELETE FROM es.streams WHERE stream IN (SELECT stream FROM es.events WHERE position >= \(last));
                DELETE FROM es.events WHERE position >= \(last);
                DELETE FROM es.commits WHERE first_position = \(last);
                """
            )
            let cut = try await desk.installation.attempt(verify)
            #expect(cut.status == 1 && cut.output.contains("FAULT cutOff(\(head.head.size))"))
            #expect(cut.output.hasSuffix("the log is NOT whole\n"))
        }
    }

    @Test func `a proof that somebody took home is verified, and a forged one refused`() async throws {
        try await desk { desk in
            let early = try desk.sign()
            try await desk.converse(2)
            let late = try desk.sign()
            let database = try desk.installation.product(as: "projector")
            let tree = LogTree(of: Partition(0), on: database)
            let (tenant, stream, id, name, schema, command, metadata, payload) = try database.execute(
                """
                SELECT tenant, stream, event, name, t.version, command, metadata, payload
                  FROM es.events JOIN es.types t ON t.id = type WHERE position = 2
                """
            ).decode((UUID, UUID, UUID, String, Int32, [UInt8], [UInt8], [UInt8]).self)[0]
            let inclusion = InclusionProof(
                position: 2,
                event: .init(
                    tenant: tenant,
                    stream: stream,
                    id: id,
                    type: name,
                    schema: schema,
                    command: command,
                    metadata: metadata,
                    payload: payload
                ),
                path: try tree.proof(.inclusion(of: 1, in: late.head.size)),
                head: late
            )
            let growth = ConsistencyProof(
                from: early.head.size,
                path: try tree.proof(.consistency(from: early.head.size, to: late.head.size)),
                head: late
            )
            try early.note.write(toFile: desk.path("early.note"), atomically: true, encoding: .utf8)

            func verify(_ proof: some Encodable, _ more: String...) async throws -> Child.Result {
                try JSONEncoder().encode(proof).write(to: URL(filePath: desk.path("proof.json")))
                return try await desk.installation.attempt(
                    ["audit", "verify-proof", desk.path("proof.json"), "--public-key", desk.publicKey] + more,
                    environment: ["PATH": "/usr/bin:/bin"]
                )
            }
            let there = try await verify(inclusion)
            #expect(there.status == 0 && there.output.contains(id.uuidString.lowercased()), "\(there.errors)")
            let grown = try await verify(growth, "--since", desk.path("early.note"))
            #expect(grown.status == 0, "\(grown.errors)")
            #expect(grown.output.contains("has only grown from \(early.head.size) to \(late.head.size) events"))

            var forged = inclusion
            forged.event.id += "\0 and more"
            var shorter = growth
            shorter.path.removeLast()
            for refused in [try await verify(forged), try await verify(shorter, "--since", desk.path("early.note"))] {
                #expect(refused.status == 1 && refused.output.hasSuffix("the proof does NOT hold\n"))
            }
        }
    }

    @Test func `heads are not signed by another key than the one that is published`() async throws {
        try await desk { desk in
            let file = desk.path("other.key")
            _ = try await desk.installation.tool("audit", "key", "create", file, "--name", "example.com/daybook")
            let result = try await desk.installation.attempt([
                "serve", "--role", "heads", "--port", "\(FreePort.next())", "--heads", desk.headsPath,
                "--head-key-file", file,
                "--head-public-key", desk.publicKey,
            ])
            #expect(result.status != 0)
            #expect((result.output + result.errors).contains("the public key of the heads is not that of the key file"))
        }
    }

    @Test func `a process that signs says how far, and when the log is not what it was`() async throws {
        try await desk { desk in
            let server = try await desk.installation.serve(
                roles: "heads",
                options: ["--heads", desk.headsPath, "--head-key-file", desk.path("signer.key")]
            )
            func scrape(until isSo: (PrometheusText) -> Bool) async throws -> PrometheusText {
                var last: PrometheusText?
                try await eventually("the gauges say so") {
                    let text = try PrometheusText(String(decoding: await server.get("/metrics").body, as: UTF8.self))
                    last = text
                    return isSo(text)
                }
                return try #require(last)
            }
            let labels = ["partition": "0"]
            let size = try desk.installation.product().execute("SELECT max(last_position) FROM es.commits")
                .decode(Int64.self)[0]
            let well = try await scrape { $0["daybook_signed_head_position", labels] == Double(size) }
            #expect(well["daybook_signed_head_fault", labels] == 0)
            for name in ["daybook_signed_head_position", "daybook_signed_head_fault"] {
                #expect(well.families.first { $0.name == name }?.help != nil)
            }

            try desk.installation.product().executeScript("UPDATE es.commits SET hash = sha256(hash)")
            try await desk.converse(1)
            _ = try await scrape { $0["daybook_signed_head_fault", labels] == 1 }
            #expect(try desk.heads.latest(of: 0)?.head.size == size)
        }
    }

    @Test func `a signer key is never overwritten and nobody else can read it`() async throws {
        try await Installation.run { (installation) async throws in
            let file = "\(installation.folder)/signer.key"
            let create = ["audit", "key", "create", file, "--name", "example.com/daybook"]
            let publicKey = try await installation.tool(create)
            #expect(publicKey.hasPrefix("example.com/daybook+"))
            let key = try String(contentsOfFile: file, encoding: .utf8)
            #expect(key.hasPrefix("PRIVATE+KEY+example.com/daybook+"))
            #expect(try await installation.attempt(create).status != 0)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == key)
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            let unnamed = try await installation.attempt(["audit", "key", "create", file + "2", "--name", "a b"])
            #expect(unnamed.status != 0)
        }
    }
}
