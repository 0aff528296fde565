internal import Crypto
internal import Foundation
internal import Postgres

/// Subject keys as they lie in the database: wrapped by a master key. The tenant, subject and id are bound in, so that rows
/// cannot be swapped.
struct KeyWrapping: Sendable {
    private static let purpose = "subject-keys"

    let keys: any KeyManagement

    func wrap(_ subjectKey: SymmetricKey, id: UUID, of subject: UUID, in tenant: UUID) -> [UInt8] {
        keys.wrap(subjectKey, for: Self.purpose, in: tenant.bytes + subject.bytes + id.bytes)
    }

    func unwrap(_ wrapped: [UInt8], id: UUID, of subject: UUID, in tenant: UUID) throws(PostgresError) -> SymmetricKey {
        do throws(KeyFault) {
            return try keys.unwrap(wrapped, for: Self.purpose, in: tenant.bytes + subject.bytes + id.bytes)
        } catch {
            throw PostgresError(.decoding, "subject key \(id): \(error)")
        }
    }
}
