internal import Crypto
package import Foundation
internal import Postgres

/// Small secrets of a tenant, such as what it is known by at a provider: sealed under a key of the tenant's own, for one
/// purpose. The sealed bytes may stand in an event; with the tenant's key all of them end.
///
/// ```
/// form 1 ‖ key id 16 ‖ nonce 12 ‖ AES-256-GCM(secret) ‖ tag 16
/// key: HKDF-SHA256 of the tenant's key and the purpose; authenticated with: form ‖ key id ‖ tenant 16 ‖ purpose
/// ```
///
/// The tenant's key is the one whose subject is the tenant itself: wrapped, cached and destroyed as any subject's.
package struct TenantSecrets: Sendable {
    package enum Fault: Error, Equatable {
        /// The tenant's key is gone, and with it every secret.
        case destroyed
        /// These bytes were not sealed for this tenant and purpose, or were changed.
        case unsealable
    }

    private static let form: UInt8 = 1

    private let keyring: Keyring

    package init(keyring: Keyring) { self.keyring = keyring }

    /// - Parameter purpose: what the secret is for, such as `oidc-client-secret`; it opens for nothing else.
    package func seal(_ secret: String, of tenant: UUID, for purpose: String) async throws -> [UInt8] {
        guard let current = try await keyring.current(of: tenant, in: tenant) else { throw Fault.destroyed }
        let head = [Self.form] + current.id.bytes
        let box = try AES.GCM.seal(
            Array(secret.utf8),
            using: Self.key(current.key, for: purpose),
            authenticating: head + tenant.bytes + Array(purpose.utf8)
        )
        guard let combined = box.combined else { preconditionFailure("a fresh nonce has 12 bytes") }
        return head + combined
    }

    package func open(_ sealed: [UInt8], of tenant: UUID, for purpose: String) async throws -> String {
        guard sealed.count >= 1 + 16 + 12 + 16, sealed[0] == Self.form, let id = UUID(bytes: sealed[1..<17]) else {
            throw Fault.unsealable
        }
        guard let current = try await keyring.current(of: tenant, in: tenant) else { throw Fault.destroyed }
        guard current.id == id else { throw Fault.unsealable }
        do {
            let plain = try AES.GCM.open(
                AES.GCM.SealedBox(combined: sealed[17...]),
                using: Self.key(current.key, for: purpose),
                authenticating: Array(sealed[..<17]) + tenant.bytes + Array(purpose.utf8)
            )
            guard let secret = String(validating: plain, as: UTF8.self) else { throw Fault.unsealable }
            return secret
        } catch is CryptoKitError {
            throw Fault.unsealable
        }
    }

    private static func key(_ tenantKey: SymmetricKey, for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: tenantKey,
            info: Array("daybook/secret/\(purpose)".utf8),
            outputByteCount: 32
        )
    }
}
