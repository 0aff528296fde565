internal import Crypto
package import EventStore
package import Events
internal import Foundation

/// What an invitation's link carries: `dbi_` and, in base64url, the invitation's 16 bytes and 16 bytes that only the installation
/// can have made for it. So a lost mail is written again with the same link (or, under another master key, with one
/// that is as good), and no table holds any.
package struct InviteTokens: Sendable {
    private static let prefix = "dbi_"

    private let masterKey: any KeyManagement

    package init(masterKey: any KeyManagement) { self.masterKey = masterKey }

    private var keys: DerivedKeys { masterKey.derived(for: "invite-token") }

    package func token(of invite: InviteID) -> String {
        let bytes = Data(invite.uuid.bytes + code(invite, keys.current))
        return Self.prefix
            + bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").prefix { $0 != "=" }
    }

    /// The invitation that a token was made for; nil for any other text.
    package func invite(of token: String) -> InviteID? {
        guard token.utf8.count == 47, token.hasPrefix(Self.prefix) else { return nil }
        let base64 = String(token.dropFirst(4)).replacing("-", with: "+").replacing("_", with: "/") + "="
        guard let bytes = Data(base64Encoded: base64), bytes.count == 32,
            let uuid = UUID(bytes: Array(bytes.prefix(16)))
        else { return nil }
        let invite = InviteID(uuid)
        // Looks at every byte, so that the time it takes tells nothing.
        let isMade = keys.all.contains { key in
            zip(code(invite, key), bytes.dropFirst(16)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
        }
        return isMade ? invite : nil
    }

    private func code(_ invite: InviteID, _ key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: invite.uuid.bytes, using: key).prefix(16))
    }
}
