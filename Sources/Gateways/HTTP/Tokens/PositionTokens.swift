internal import Crypto
package import EventStore
internal import Foundation
internal import Synchronization

/// Positions as clients carry them: sealed, since a shared partition's counts tell about other tenants, and bound to the tenant.
///
///     base64url(nonce 12 ‖ AES-256-GCM(position 8, big-endian) ‖ tag 16)      authenticated with: tenant 16
///
/// The nonce is derived from what is sealed, so that it never repeats for another position however many tokens are made:
/// the same position of the same tenant is always the same token, as long as the master key is the same.
package struct PositionTokens: Sendable {
    private let masterKey: any KeyManagement
    private let last = LastToken()

    package init(masterKey: any KeyManagement) { self.masterKey = masterKey }

    private var sealing: DerivedKeys { masterKey.derived(for: "position-token") }
    private var naming: DerivedKeys { masterKey.derived(for: "position-token-nonce") }

    package func seal(_ position: Position, of tenant: Tenant) -> String {
        last.token(of: position, tenant.id) { make(position, tenant) }
    }

    private func make(_ position: Position, _ tenant: Tenant) -> String {
        let plain = withUnsafeBytes(of: position.bigEndian) { Array($0) }
        let owner = tenant.id.bytes
        let code = HMAC<SHA256>.authenticationCode(for: owner + plain, using: naming.current)
        guard
            let nonce = try? AES.GCM.Nonce(data: Array(code).prefix(12)),
            let combined = try? AES.GCM.seal(plain, using: sealing.current, nonce: nonce, authenticating: owner)
                .combined
        else { preconditionFailure("12 bytes are a nonce, and 8 bytes can be sealed") }
        return Base64URL.encode(combined)
    }

    /// The position of a token that was made for this tenant: 400 `bad_position` for any other text.
    package func open(_ token: String, of tenant: Tenant) throws(Problem) -> Position {
        guard let bytes = Base64URL.decode(token), bytes.count == 36,
            let position = sealing.all.firstNonNil({ Self.open(bytes, $0, tenant.id.bytes) })
        else { throw .badPosition }
        return position
    }

    private static func open(_ bytes: [UInt8], _ key: SymmetricKey, _ owner: [UInt8]) -> Position? {
        // A box that does not open was forged, or made for another tenant: that is all there is to know.
        guard
            let box = try? AES.GCM.SealedBox(combined: bytes),
            let plain = try? AES.GCM.open(box, using: key, authenticating: owner),
            plain.count == 8
        else { return nil }
        return plain.reduce(0) { $0 << 8 | Position($1) }
    }
}

/// The token that was made last: when an event wakes many polls, all their answers name the same position.
private final class LastToken: Sendable {
    private let made = Mutex<(position: Position, tenant: UUID, token: String)?>(nil)

    func token(of position: Position, _ tenant: UUID, make: () -> String) -> String {
        if let made = made.withLock({ $0 }), made.position == position, made.tenant == tenant { return made.token }
        let token = make()
        made.withLock { $0 = (position, tenant, token) }
        return token
    }
}

extension Problem {
    package static let badPosition = Problem.badRequest("bad_position", "this is no position of this tenant")
}
