internal import Foundation

/// That a person was forgotten, for whoever has the log's public key and nothing else: the log's own event that says so, proved
/// to stand in it. The event names the key that died with it, and so does every box of the person's in every export: what they
/// hold is lost to whoever has no older copy of the key.
///
///     {"user": "user_0190…", "key": "0190…", "destroyed_at": "2026-…", "proof": {…}}
///
/// `destroyed_at` is the installation's word alone: no proof shows that something is nowhere any more.
package struct ErasureReceipt: Codable, Hashable, Sendable {
    package var user: String
    package var key: String
    package var destroyedAt: String
    package var proof: InclusionProof

    private enum CodingKeys: String, CodingKey {
        case user, key
        case destroyedAt = "destroyed_at"
        case proof
    }

    package init(user: String, key: String, destroyedAt: String, proof: InclusionProof) {
        self.user = user
        self.key = key
        self.destroyedAt = destroyedAt
        self.proof = proof
    }

    /// What a receipt proves.
    package struct Statement: Hashable, Sendable {
        /// Who had it done; nil: an operator.
        package let by: String?
        /// Such as `person_asked`.
        package let reason: String
        package let head: TreeHead
    }

    /// Checks it all.
    package func verify(by verifier: HeadVerifier) throws -> Statement {
        let head = try proof.verify(by: verifier)
        guard proof.event.type == Self.type, let payload = [UInt8](base64: proof.event.payload) else {
            throw ReceiptError.forgetsNobody
        }
        let said: Payload
        do { said = try JSONDecoder().decode(Payload.self, from: Data(payload)) } catch {
            throw ReceiptError.forgetsNobody
        }
        guard user == "user_" + proof.event.stream, said.forgotten.key.of == proof.event.stream else {
            throw ReceiptError.anotherUser
        }
        guard let key = said.forgotten.key.key, UUID(text: self.key) == key else { throw ReceiptError.anotherKey }
        guard Self.isTime(destroyedAt) else { throw ReceiptError.noTime }
        return Statement(by: said.forgotten.by.map { "user_" + $0 }, reason: said.forgotten.reason, head: head)
    }

    /// Whether it is spelled as the API spells times: no proof covers it, so nothing else may stand there.
    private static func isTime(_ text: String) -> Bool {
        let date = /[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/
        let time = /([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}/
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[1].last == "Z" && parts[0].wholeMatch(of: date) != nil
            && parts[1].dropLast().wholeMatch(of: time) != nil
    }

    private static let type = "identity.user_forgotten"

    /// What the event says.
    private struct Payload: Decodable {
        struct Forgotten: Decodable {
            struct Key: Decodable {
                var of: String
                var key: UUID?
            }

            var by: String?
            var reason: String
            var key: Key
        }

        var forgotten: Forgotten
    }
}

/// Why a receipt is none, though its proof may hold.
package enum ReceiptError: Error, Hashable, Sendable, CustomStringConvertible {
    case forgetsNobody
    case anotherUser
    case anotherKey
    /// What it says of when the key was destroyed is no time.
    case noTime

    package var description: String {
        switch self {
        case .forgetsNobody: "the event is not one that forgets a person"
        case .anotherUser: "the event forgets another person"
        case .anotherKey: "the event has another key destroyed"
        case .noTime: "the time at which the key was destroyed is not spelled as a time"
        }
    }
}
