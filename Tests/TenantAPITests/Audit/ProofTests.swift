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
