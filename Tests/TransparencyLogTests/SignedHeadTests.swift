import Testing

@testable import TransparencyLog

struct SignedHeadTests {
    // The example that the Go project publishes with its package `note`.
    private static let signerKey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    private static let verifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let text = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        """
    private static let note = """
        \(text)
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """

    @Test func `the published note is written`() throws {
        let signer = try NoteSigner(privateKey: Self.signerKey)
        #expect(signer.publicKey == Self.verifierKey)
        #expect(signer.privateKey == Self.signerKey)
        #expect(try signer.sign(Self.text).note == Self.note)
    }

    @Test func `the published note is opened`() throws {
        let note = try SignedNote(parsing: Self.note)
        #expect(note.note == Self.note)
        #expect(try NoteVerifier(publicKey: Self.verifierKey).open(note) == Self.text)
    }

    private static let signer: HeadSigner = {
        // 32 bytes are a seed, whatever they are.
        try! HeadSigner(newKeyFor: "example.com/daybook")
    }()

    private static func signed() throws -> SignedTreeHead {
        try signer.sign(
            partition: 3,
            size: 20_852_163,
            root: MerkleTree.leafHash(of: [1]),
            chain: MerkleTree.leafHash(of: [2])
        )
    }

    @Test func `a head reads as a checkpoint with its chain`() throws {
        let head = TreeHead(
            log: "example.com/daybook",
            partition: 3,
            size: 20_852_163,
            root: [UInt8](repeating: 1, count: 32),
            chain: [UInt8](repeating: 255, count: 32)
        )
        #expect(
            head.text == """
                example.com/daybook/3
                20852163
                AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
                chain //////////////////////////////////////////8=

                """
        )
        #expect(try TreeHead(parsing: head.text) == head)
    }

    @Test func `a signed head is opened with the public key alone`() throws {
        let signed = try Self.signed()
        let verifier = try HeadVerifier(publicKey: Self.signer.publicKey)
        #expect(try verifier.open(signed.note) == signed)
        #expect(try HeadSigner(privateKey: Self.signer.privateKey).publicKey == Self.signer.publicKey)
    }

    @Test func `every flipped bit of a signed head is refused`() throws {
        let note = Array(try Self.signed().note.utf8)
        let verifier = try HeadVerifier(publicKey: Self.signer.publicKey)
        for place in note.indices {
            for bit in 0..<8 {
                var changed = note
                changed[place] ^= 1 << bit
                guard let text = String(validating: changed, as: UTF8.self) else { continue }
                #expect(throws: NoteError.self, "bit \(bit) of byte \(place)") { try verifier.open(text) }
            }
        }
    }

    @Test func `a head cut off anywhere is refused`() throws {
        let note = try Self.signed().note
        let verifier = try HeadVerifier(publicKey: Self.signer.publicKey)
        for count in 0..<note.count {
            #expect(throws: NoteError.self) { try verifier.open(String(note.prefix(count))) }
        }
    }

    @Test func `signatures of witnesses are left alone, but ours must be there`() throws {
        let signed = try Self.signed()
        let verifier = try HeadVerifier(publicKey: Self.signer.publicKey)
        let witness = try NoteSigner(newKeyNamed: "witness").sign(signed.head.text)
        let line = witness.note.dropFirst(witness.text.count + 1)
        #expect(try verifier.open(signed.note + line).head == signed.head)
        #expect(throws: NoteError.unsigned(key: "example.com/daybook")) { try verifier.open(witness.note) }
        // Another key that calls itself as ours does.
        let impostor = try HeadSigner(newKeyFor: "example.com/daybook").sign(
            partition: 3,
            size: 1,
            root: MerkleTree.emptyRoot,
            chain: MerkleTree.emptyRoot
        )
        #expect(throws: NoteError.unsigned(key: "example.com/daybook")) { try verifier.open(impostor.note) }
    }

    @Test func `a text that our key signed is no head of another log, or of none`() throws {
        let signer = try NoteSigner(privateKey: Self.signer.privateKey)
        let verifier = try HeadVerifier(publicKey: Self.signer.publicKey)
        let hash = MerkleTree.emptyRoot.base64
        for text in [
            "example.org/other/3\n1\n\(hash)\nchain \(hash)\n",
            "example.com/daybook\n1\n\(hash)\nchain \(hash)\n",
            "example.com/daybook/3\n+1\n\(hash)\nchain \(hash)\n",
            "example.com/daybook/3\n01\n\(hash)\nchain \(hash)\n",
            "example.com/daybook/3\n-1\n\(hash)\nchain \(hash)\n",
            "example.com/daybook/03\n1\n\(hash)\nchain \(hash)\n",
            "example.com/daybook/3\n1\n\(hash)\nlinks \(hash)\n",
            "example.com/daybook/3\n1\n\(hash)\n",
            "example.com/daybook/3\n1\nAAAA\nchain \(hash)\n",
            "hello\n",
        ] {
            let note = try signer.sign(text).note
            #expect(throws: NoteError.self, "\(text)") { try verifier.open(note) }
        }
    }

    @Test func `keys are refused for what is wrong with them`() throws {
        for text in [
            "", "PeterNeumann", "PeterNeumann+c74f20a3",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann+c74f20a3+ARpc2Q==",
            "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", Self.signerKey,
        ] {
            #expect(throws: NoteError.self, "\(text)") { try HeadVerifier(publicKey: text) }
        }
        #expect(throws: NoteError.self) { try HeadSigner(privateKey: Self.verifierKey) }
        for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b"] {
            #expect(throws: NoteError.self) { try HeadSigner(newKeyFor: name) }
        }
    }
}
