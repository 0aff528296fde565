internal import Crypto
package import EventStore
internal import Events
internal import Foundation
package import Sessions

/// Where a page of a list starts, as clients carry it: signed, and good for the same list, filters and caller only.
///
///     base64url(HMAC-SHA256 16 ‖ direction 1 ‖ key)      signed with: list, caller, filters, direction and key
package struct PageCursors: Sendable {
    package struct Start: Sendable, Equatable {
        /// As the read models gave it.
        package var key: String
        package var backwards: Bool

        package init(key: String, backwards: Bool) {
            self.key = key
            self.backwards = backwards
        }
    }

    /// Whose list it is.
    package struct Holder: Sendable {
        fileprivate let parts: [[UInt8]]

        /// A user of a tenant.
        package init(_ session: Session) { parts = [session.tenant.id.bytes, session.user.uuid.bytes] }

        /// A person who has chosen no tenant.
        package init(_ account: AccountSession) {
            parts = [Tenant.installation.id.bytes, account.account.uuid.bytes]
        }
    }

    private let masterKey: any KeyManagement

    package init(masterKey: any KeyManagement) { self.masterKey = masterKey }

    private var keys: DerivedKeys { masterKey.derived(for: "page-cursor") }

    /// - Parameter list: the route and whatever else decides what is in the list, such as the room.
    package func sign(_ start: Start, of list: [String], for holder: Holder) -> String {
        let payload = [start.backwards ? 1 : 0] + Array(start.key.utf8)
        return Base64URL.encode(code(payload, list, holder, keys.current) + payload)
    }

    /// 400 `bad_cursor` for what was not signed for this list and caller.
    package func open(_ cursor: String, of list: [String], for holder: Holder) throws(Problem) -> Start {
        guard let bytes = Base64URL.decode(cursor), bytes.count > 17, case let payload = Array(bytes[16...]),
            keys.all.contains(where: { Self.equal(code(payload, list, holder, $0), Array(bytes[..<16])) }),
            let direction = payload.first
        else { throw .badRequest("bad_cursor", "this is no cursor of this list") }
        return Start(key: String(decoding: payload.dropFirst(), as: UTF8.self), backwards: direction == 1)
    }

    private func code(_ payload: [UInt8], _ list: [String], _ holder: Holder, _ key: SymmetricKey) -> [UInt8] {
        var hash = HMAC<SHA256>(key: key)
        let parts = holder.parts + [payload] + list.map { Array($0.utf8) }
        for part in parts {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { hash.update(data: $0) }
            hash.update(data: part)
        }
        return Array(Array(hash.finalize()).prefix(16))
    }

    /// Looks at every byte, so that the time it takes tells nothing.
    private static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
