internal import Crypto
internal import Foundation
internal import Postgres

/// Subject keys as they lie in the database: AES-256-GCM under the master key's derived key, nonce ‖ ciphertext ‖ tag. The
/// tenant, subject and id are bound in, so that rows cannot be swapped.
struct KeyWrapping: Sendable {
    let key: SymmetricKey

    func wrap(_ subjectKey: SymmetricKey, id: UUID, of subject: UUID, in tenant: UUID) -> [UInt8] {
        let bytes = subjectKey.withUnsafeBytes { Array($0) }
        guard
            let box = try? AES.GCM.seal(bytes, using: key, authenticating: tenant.bytes + subject.bytes + id.bytes),
            let combined = box.combined
        else { preconditionFailure("sealing 32 bytes with a 256-bit key cannot fail") }
        return Array(combined)
    }

    func unwrap(_ wrapped: [UInt8], id: UUID, of subject: UUID, in tenant: UUID) throws(PostgresError) -> SymmetricKey {
        do {
            let box = try AES.GCM.SealedBox(combined: wrapped)
            return SymmetricKey(
                data: try AES.GCM.open(box, using: key, authenticating: tenant.bytes + subject.bytes + id.bytes)
            )
        } catch {
            throw PostgresError(.decoding, "subject key \(id) does not open under this master key")
        }
    }
}
