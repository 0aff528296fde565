import EventStore
import Events
import Foundation
import HTTPTypes
import LZ4
import Postgres
import TestSupport
import Testing
import TransparencyLog

struct ForgetTests {
    /// A room in which Ada, who is to be forgotten, has said something.
    private struct Scene {
        let premises: Premises
        let ada: Premises.Person
        let room: String
        let message: String

        /// Stands in all that Ada said, and in nothing else.
        static let word = "Xylophon"

        var path: String { "/api/users/\(ada.id)" }

        static func run(_ body: @Sendable (Scene) async throws -> Void) async throws {
            try await Premises.run { premises in
                let ada = try await premises.person("xylophonist")
                let room = try await premises.room(members: [ada]).id
                let message = try await premises.post("the \(word)", in: room, as: ada).id
                try await body(Scene(premises: premises, ada: ada, room: room, message: message))
            }
        }

        @discardableResult
        func forget() async throws -> Answer {
            try await premises.send(.post, "\(path)/deactivate")
            return try await premises.send(.post, "\(path)/forget", #"{"reason":"person_asked"}"#)
        }

        /// A codec that has nothing cached, as a process that begins now.
        func freshCodec() -> EventCodec {
            let database = premises.database
            return EventCodec(keyring: Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender)))
        }
    }

    @Test func `a deactivated user is forgotten, and it cannot be taken back`() async throws {
        try await Scene.run { scene in
            let premises = scene.premises
            let body = #"{"reason":"person_asked"}"#
            let before = try await premises.send(.get, scene.path)
            try await premises.send(.post, "\(scene.path)/forget", body).expectProblem(409, "user.still_active")
            try await premises.send(.post, "\(scene.path)/forget", #"{"reason":"because"}"#)
                .expectProblem(400, "json.wrong_type", at: ["/reason"])

            let answer = try await scene.forget()
            #expect(answer.status == 200 && answer["handle"] == .null && answer["name"] == .null, "\(answer.text)")
            #expect(try await premises.send(.get, "/api/messages/\(scene.message)")["body"] == .null)
            #expect(try await premises.send(.post, "\(scene.path)/forget", body).status == 200)
            try await premises.send(.post, "\(scene.path)/reactivate").expectProblem(409, "user.forgotten")
            try await premises.send(.patch, "/api/messages/\(scene.message)", #"{"body":"x"}"#)
                .expectProblem(409, "message.author_forgotten")
            let tag = try #require(before.headers[.eTag])
            #expect(try await premises.send(.get, scene.path, headers: [.ifNoneMatch: tag]).status == 200)
        }
    }

    @Test func `their sessions end`() async throws {
        try await Scene.run { scene in
            try await scene.forget()
            try await scene.premises.send(.get, "/api/me", as: scene.ada).expectProblem(401, "auth.dead_session")
            let labels = try scene.premises.control.superuser().execute(
                "SELECT label FROM rm.sessions WHERE member = \(scene.ada.id.uuid)"
            ).decode(String.self)
            #expect(labels == [""])
        }
    }

    @Test func `what they said stands in no row of the database any more, and the log is whole`() async throws {
        try await Scene.run { scene in
            #expect(try await findings(in: scene).count == 2, "the user's handle and name, and the message")
            _ = try #require(try await scene.premises.keeper.sign(scene.premises.tenant.partition))
            try await scene.forget()
            #expect(try await findings(in: scene) == [])

            _ = try #require(try await scene.premises.keeper.sign(scene.premises.tenant.partition))
            let heads = scene.premises.heads
            let report = try await scene.premises.database.pool(as: .projector).withConnection { connection in
                var verifier = LogVerifier(on: connection)
                return try verifier.verify(Partition(0), against: heads.heads(of: 0))
            }
            #expect(report.faults.isEmpty && report.heads == 2)
        }
    }

    @Test func `an export from before cannot be opened with the key table from after`() async throws {
        try await Scene.run { scene in
            let (premises, folder) = (scene.premises, try scene.premises.database.folder() + "/export")
            let head = try #require(try await premises.keeper.sign(premises.tenant.partition))
            let (tenant, publicKey) = (premises.tenant, premises.publicKey)
            try await premises.database.pool(as: .projector).withConnection { connection in
                _ = try LogExporter(on: connection).export(tenant, to: head, publicKey: publicKey, into: folder)
            }
            let boxes = try exported(folder).filter { $0.subjects.contains(scene.ada.id) }
            #expect(boxes.count == 2, "who joined, and what was said")
            for box in boxes { #expect(try await texts(of: box, by: scene.freshCodec()).contains { $0 != nil }) }

            try await scene.forget()
            #expect(try ExportVerifier(premises.headKey).verify(folder, against: []).events > 0)
            for box in boxes {
                #expect(try await texts(of: box, by: scene.freshCodec()).allSatisfy { $0 == nil })
            }
        }
    }

    // MARK: Looking

    /// The rows of any schema of ours in which the word, or the handle, stands.
    private func findings(in scene: Scene) async throws -> [String] {
        let pool = scene.premises.database.pool()
        let tables = try await pool.query(
            """
            SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class
             WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('es', 'rm', 'rt', 'control')
            """,
            as: String.self
        )
        var found: [String] = []
        for table in tables {
            // Bytes as the texts that they may be.
            found += try await pool.query(
                """
                SELECT encode(convert_to(t::text, 'UTF8'), 'escape') FROM \(raw: table) t
                 WHERE t::text ILIKE '%xylophon%'
                    OR t::text LIKE '%' || encode(convert_to(\(Scene.word), 'UTF8'), 'hex') || '%'
                """,
                as: String.self
            ).map { "\(table): \($0)" }
        }
        return found
    }

    /// An event of an export, as far as it can be told from it alone.
    private struct Sealed: Sendable {
        let raw: RecordedEvent
        let subjects: Set<UserID>
    }

    private func exported(_ folder: String) throws -> [Sealed] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".lz4") }
        let manifest = try JSON(Data(contentsOf: URL(filePath: "\(folder)/manifest.json")))
        let tenant = try #require(UUID(uuidString: manifest["tenant"].text ?? ""))
        var events: [Sealed] = []
        for name in names {
            let packed = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            for line in try LZ4Frame.decompress(packed, limit: 1 << 24).split(separator: UInt8(ascii: "\n")) {
                let event = try JSON(line)["event"]
                guard let payload = event["payload"].text, let type = event["type"].text,
                    let stream = UUID(uuidString: event["stream"].text ?? "")
                else { continue }
                let raw = RecordedEvent(
                    partition: Partition(0),
                    position: event["position"].int ?? 0,
                    tenant: tenant,
                    stream: stream,
                    version: event["version"].int ?? 0,
                    id: .v7(),
                    type: EventType(type),
                    commandKey: [],
                    metadata: Array((event["metadata"].text ?? "").utf8),
                    payload: Array(payload.utf8),
                    recordedAt: 0
                )
                let subjects = payload.matches(of: #/"of":"([0-9a-f-]{36})"/#).compactMap { UUID(text: String($0.1)) }
                events.append(Sealed(raw: raw, subjects: Set(subjects.map { UserID($0) })))
            }
        }
        return events
    }

    private func texts(of sealed: Sealed, by codec: EventCodec) async throws -> [String?] {
        switch try await codec.decode(sealed.raw).event {
        case .user(_, .joined(let handle, let name, _, _, _)): [handle.text, name.text]
        case .message(_, .posted(_, _, let body, _, _, _, _)): [body.text]
        default: []
        }
    }
}
