import Foundation
import Testing

@testable import TransparencyLog

/// Proofs and receipts are passed on: whatever is printed of one, or read by programs, is what was proved.
struct ProofSpellingTests {
    private let signer: HeadSigner
    private let verifier: HeadVerifier

    init() throws {
        signer = try HeadSigner(newKeyFor: "example.com/daybook")
        verifier = try HeadVerifier(publicKey: signer.publicKey)
    }

    private func head(
        _ size: Int64,
        of partition: Int32 = 0,
        root: [UInt8],
        chain: String = "chain"
    ) throws -> SignedTreeHead {
        let chain = MerkleTree.leafHash(of: Array(chain.utf8))
        return try signer.sign(partition: partition, size: size, root: root, chain: chain)
    }

    /// A receipt of a log of one event.
    private func receipt() throws -> ErasureReceipt {
        let (tenant, user, key) = (UUID(), UUID(), UUID())
        let said = #"{"forgotten":{"reason":"person_asked","key":{"of":"\#(user.text)","key":"\#(key.text)"}}}"#
        let event = InclusionProof.Event(
            tenant: tenant,
            stream: user,
            id: UUID(),
            type: "identity.user_forgotten",
            schema: 1,
            command: [UInt8](repeating: 7, count: 32),
            metadata: Array("{}".utf8),
            payload: Array(said.utf8)
        )
        let root = MerkleTree.leafHash(of: try #require(event.leaf))
        return ErasureReceipt(
            user: "user_\(user.text)",
            key: key.text,
            destroyedAt: "2026-11-23T09:30:00.123456Z",
            proof: InclusionProof(position: 1, event: event, path: [], head: try head(1, root: root))
        )
    }

    private static let additions: [@Sendable (String) -> String] = [
        { $0 + "\0, and more" }, { $0 + "\u{1B}[8m" }, { $0.uppercased() }, { $0 + " " }, { "{" + $0 + "}" },
        { _ in "" },
    ]

    @Test func `an identifier of a proof has one spelling`() throws {
        let proof = try receipt().proof
        #expect(try proof.verify(by: verifier).size == 1)
        for change in Self.additions {
            for field in [\InclusionProof.Event.tenant, \.stream, \.id] {
                var forged = proof
                forged.event[keyPath: field] = change(forged.event[keyPath: field])
                #expect(throws: ProofError.malformed("the event")) { try forged.verify(by: verifier) }
            }
        }
    }

    @Test func `a receipt says nothing that is not proved, but for a time`() throws {
        let receipt = try receipt()
        #expect(try receipt.verify(by: verifier).reason == "person_asked")
        for change in Self.additions {
            var forged = receipt
            forged.key = change(forged.key)
            #expect(throws: ReceiptError.anotherKey) { try forged.verify(by: verifier) }
            forged = receipt
            forged.user = change(forged.user)
            #expect(throws: ReceiptError.anotherUser) { try forged.verify(by: verifier) }
        }
        for time in [
            "", "x", "2026-11-23", "2026-13-23T09:30:00.123456Z", "2026-11-23T09:30:00.123456Z\n",
            "2026-11-23T09:30:00.123456Z\0",
            "2026-11-23T09:30:00.123456Z, every backup included",
        ] {
            var forged = receipt
            forged.destroyedAt = time
            #expect(throws: ReceiptError.noTime, "\(time)") { try forged.verify(by: verifier) }
        }
    }

    @Test func `growth is proved between the heads of one partition, and from the size that was kept`() throws {
        let leaves = (0..<4).map { MerkleTree.leafHash(of: [$0]) }
        let halves = [MerkleTree.nodeHash(leaves[0], leaves[1]), MerkleTree.nodeHash(leaves[2], leaves[3])]
        let root = MerkleTree.nodeHash(halves[0], halves[1])
        let old = try head(2, root: halves[0])
        let proof = ConsistencyProof(from: 2, path: [halves[1]], head: try head(4, root: root))
        #expect(try proof.verify(since: old, by: verifier).size == 4)

        var other = proof
        other.from = 3
        #expect(throws: ProofError.inconsistent(old: 2, size: 4)) { try other.verify(since: old, by: verifier) }
        let elsewhere = try head(2, of: 1, root: halves[0])
        #expect(throws: ProofError.inconsistent(old: 2, size: 4)) { try proof.verify(since: elsewhere, by: verifier) }
    }

    @Test func `of heads of one size the chains are compared too`() throws {
        let root = MerkleTree.leafHash(of: [1])
        let old = try head(1, root: root)
        let same = ConsistencyProof(from: 1, path: [], head: old)
        #expect(try same.verify(since: old, by: verifier) == old.head)
        let other = ConsistencyProof(from: 1, path: [], head: try head(1, root: root, chain: "other times"))
        #expect(throws: ProofError.inconsistent(old: 1, size: 1)) { try other.verify(since: old, by: verifier) }
    }
}
