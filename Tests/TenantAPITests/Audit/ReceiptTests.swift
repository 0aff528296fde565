import EventStore
import Foundation
import TestSupport
import Testing
import TransparencyLog

struct ReceiptTests {
    @Test func `whoever was forgotten gets a receipt that holds by the public key alone`() async throws {
        try await Premises.run { premises in
            let auditor = try await premises.person("auditor", .auditor)
            let (ada, bob) = (try await premises.person("ada"), try await premises.person("bob"))
            func receipt(of person: Premises.Person) async throws -> Answer {
                try await premises.send(.get, "/api/audit/receipts/\(person.id)", as: auditor)
            }
            for person in [ada, bob] {
                try await premises.send(.post, "/api/users/\(person.id)/deactivate")
                try await receipt(of: person).expectProblem(404, "audit.no_receipt")
                let body = #"{"reason":"law_demanded"}"#
                try await premises.send(.post, "/api/users/\(person.id)/forget", body)
                try await receipt(of: person).expectProblem(404, "audit.no_receipt")
            }
            let head = try #require(try await premises.keeper.sign(premises.tenant.partition))

            let answer = try await receipt(of: ada)
            #expect(answer.status == 200, "\(answer.text)")
            let held = try JSONDecoder().decode(ErasureReceipt.self, from: Data(answer.text.utf8))
            let statement = try held.verify(by: premises.headKey)
            #expect(statement.reason == "law_demanded" && statement.head == head.head)
            #expect(statement.by == "\(premises.owner.id)" && held.user == "\(ada.id)")

            let other = try JSONDecoder().decode(ErasureReceipt.self, from: Data(try await receipt(of: bob).text.utf8))
            #expect(other.key != held.key)
            try refuse(held, by: premises.headKey, as: ReceiptError.anotherUser) { $0.user = other.user }
            try refuse(held, by: premises.headKey, as: ReceiptError.anotherKey) { $0.key = other.key }
            try refuse(held, by: premises.headKey, as: ProofError.notIncluded(position: held.proof.position)) {
                $0.proof.event = other.proof.event
            }

            try await premises.room()
            _ = try #require(try await premises.keeper.sign(premises.tenant.partition))
            #expect(try await receipt(of: ada).text == answer.text, "it stays the same receipt")
        }
    }

    @Test func `whoever was not forgotten has no receipt, and only auditors ask`() async throws {
        try await Premises.run { premises in
            let auditor = try await premises.person("auditor", .auditor)
            _ = try #require(try await premises.keeper.sign(premises.tenant.partition))
            try await premises.send(.get, "/api/audit/receipts/\(auditor.id)", as: auditor)
                .expectProblem(404, "audit.no_receipt")
            try await premises.send(.get, "/api/audit/receipts/\(auditor.id)").expectProblem(403, "role.not_allowed")
        }
    }

    private func refuse<Failure: Error & Equatable>(
        _ receipt: ErasureReceipt,
        by key: HeadVerifier,
        as failure: Failure,
        after change: (inout ErasureReceipt) -> Void
    ) throws {
        var forged = receipt
        change(&forged)
        #expect(throws: failure) { try forged.verify(by: key) }
    }
}
