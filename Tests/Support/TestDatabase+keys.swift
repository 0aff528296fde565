package import EventStore
package import Foundation
internal import Postgres

extension TestDatabase {
    /// Destroys a person's keys as the projector does when it comes to the event that forgets them; `keyring` learns of it.
    package func destroyKeys(of subject: UUID, in tenant: UUID, telling keyring: Keyring) async throws {
        try await pool(as: .projector).withConnection { _ = try $0.execute(Keyring.destroying(subject, in: tenant)) }
        try await keyring.learn()
    }
}
