import EventStore
import Foundation
import TestSupport
import Testing
import TransparencyLog

struct ProofTests {
    private struct Site {
        let premises: Premises
        let auditor: Premises.Person

        static func run(_ body: @Sendable (Site) async throws -> Void) async throws {
            try await Premises.run { premises in
                try await body(Site(premises: premises, auditor: try await premises.person("auditor", .auditor)))
            }
        }

        func get(_ path: String) async throws -> Answer {
            try await premises.send(.get, "/api/audit/\(path)", as: auditor)
        }

        func sign() async throws -> SignedTreeHead {
            try #require(try await premises.keeper.sign(premises.tenant.partition))
        }

        func proof<Proof: Decodable>(_ path: String, _ kind: Proof.Type) async throws -> Proof {
            let answer = try await get("proofs/\(path)")
            #expect(answer.status == 200, "\(answer.text)")
            return try JSONDecoder().decode(kind, from: Data(answer.text.utf8))
        }
    }

    @Test func `the latest head is there once one is signed`() async throws {
        try await Site.run { site in
            try await site.get("tree-head").expectProblem(404, "audit.no_head")
            _ = try await site.sign()
            try await site.premises.room()
            let head = try await site.sign()
            let answer = try await site.get("tree-head")
            #expect(answer["size"].int == head.head.size && answer["origin"].text == head.head.origin)
            #expect(try site.premises.headKey.open(answer["note"].text ?? "") == head)
        }
    }

    @Test func `an auditor takes home that a message stands in the log`() async throws {
        try await Site.run { site in
            let room = try await site.premises.room().id
            let message = try await site.premises.post("hello", in: room)
            let events = try await site.get("streams/\(message.id)")
            let position = try #require(events["items"][0]["position"].int)
            try await site.get("proofs/inclusion?at=\(position)").expectProblem(404, "audit.not_provable")
            let first = try await site.sign()
            _ = try await site.premises.post("more", in: room)
            let second = try await site.sign()

            let key = site.premises.headKey
            let old = try await site.proof("inclusion?at=\(position)&size=\(position)", InclusionProof.self)
            #expect(try old.verify(by: key) == first.head)
            let new = try await site.proof("inclusion?at=\(position)", InclusionProof.self)
            #expect(try new.verify(by: key) == second.head)
            #expect(new.event.id == events["items"][0]["event_id"].text)

            var forged = new
            forged.event.payload = Data("{}".utf8).base64EncodedString()
            #expect(throws: ProofError.notIncluded(position: position)) { try forged.verify(by: key) }
            forged = new
            forged.position += 1
            #expect(throws: ProofError.notIncluded(position: position + 1)) { try forged.verify(by: key) }
            let stranger = try HeadVerifier(publicKey: try HeadSigner(newKeyFor: "example.com/log").publicKey)
            #expect(throws: NoteError.self) { try new.verify(by: stranger) }
        }
    }

    @Test func `nothing is proved of another tenant's events`() async throws {
        try await Site.run { site in
            let neighbour = try await site.premises.handler.log.place(UUID.v7(), in: site.premises.tenant.partition)
            _ = try await site.premises.person("stranger", in: neighbour)
            let head = try await site.sign()
            try await site.get("proofs/inclusion?at=\(head.head.size)").expectProblem(404, "audit.not_provable")
        }
    }

    @Test(arguments: [
        "UPDATE es.events SET leaf = sha256(leaf) WHERE position = 2",
        "DELETE FROM es.events WHERE position > 2",
    ])
    func `nothing is proved by a head that the log does not fit any more`(change: String) async throws {
        try await Site.run { site in
            try await site.premises.room()
            let head = try await site.sign()
            #expect(try await site.get("proofs/inclusion?at=1").status == 200)
            try await site.premises.database.pool().withConnection { try $0.executeScript(change) }
            for path in ["inclusion?at=1", "consistency?old_size=\(head.head.size)", "consistency?old_size=1"] {
                try await site.get("proofs/\(path)").expectProblem(503, "log_differs_from_head")
            }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a folder of heads that hangs holds up nobody but those who ask for a head`() async throws {
        try await Site.run { site in
            let room = try await site.premises.room().id
            _ = try await site.sign()
            // A pipe that nobody writes to is a file that nobody can open.
            let pipe = "\(site.premises.heads.path)/\(site.premises.tenant.partition)/2999-01-01.heads"
            try #require(mkfifo(pipe, 0o600) == 0)
            let asking = (0..<4).map { _ in Task { try await site.get("tree-head") } }
            // More connections than the log reads with would be waiting by now.
            for number in 0..<20 { _ = try await site.premises.post("message \(number)", in: room) }
            try await site.get("proofs/inclusion?at=1000").expectProblem(404, "audit.not_provable")

            var writer: Int32 = -1
            while writer < 0 {
                writer = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                if writer < 0 { try await Task.sleep(for: .milliseconds(5)) }
            }
            // Now it is a file with no head in it.
            for task in asking { #expect(try await task.value.status == 200) }
            close(writer)
        }
    }

    @Test func `a folder of heads that cannot be read is no fault of the caller's`() async throws {
        try await Site.run { site in
            _ = try await site.sign()
            let file = "\(site.premises.heads.path)/\(site.premises.tenant.partition)/2999-01-01.heads"
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
            try await site.get("tree-head").expectProblem(503, "heads_unavailable")
            try FileManager.default.removeItem(atPath: file)
            #expect(try await site.get("tree-head").status == 200)
        }
    }

    @Test func `a log is proved to have only grown since a head that was kept`() async throws {
        try await Site.run { site in
            let first = try await site.sign()
            try await site.premises.room()
            let second = try await site.sign()
            let key = site.premises.headKey
            let proof = try await site.proof("consistency?old_size=\(first.head.size)", ConsistencyProof.self)
            #expect(try proof.verify(since: first, by: key) == second.head)
            let same = try await site.proof(
                "consistency?old_size=\(first.head.size)&size=\(first.head.size)",
                ConsistencyProof.self
            )
            #expect(try same.verify(since: first, by: key) == first.head)

            let size = second.head.size
            let other = try HeadSigner(newKeyFor: "example.com/log")
            let forged = try other.sign(
                partition: first.head.partition,
                size: first.head.size,
                root: second.head.root,
                chain: first.head.chain
            )
            #expect(throws: ProofError.inconsistent(old: first.head.size, size: size)) {
                try proof.verify(since: forged, by: key)
            }
            try await site.get("proofs/consistency?old_size=\(size + 1)").expectProblem(404, "audit.not_provable")
            try await site.get("proofs/consistency?old_size=-1").expectProblem(400, "query.bad_value")
            try await site.get("proofs/consistency").expectProblem(400, "query.missing")
        }
    }
}
