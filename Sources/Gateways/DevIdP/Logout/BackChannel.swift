internal import AsyncHTTPClient
internal import Foundation
internal import JWTKit
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Pages

/// Tells clients that a session has ended (OpenID Connect Back-Channel Logout).
struct BackChannel: Sendable {
    let issuer: Issuer
    let keys: KeyRing
    let now: @Sendable () -> Date
    let logger: Logger

    /// How long a client may take: the browser waits for the slowest.
    private static let patience: TimeAmount = .seconds(5)

    /// Tells all at once. One that cannot be told is logged; nobody tries again.
    func announce(end session: BrowserSession, to clients: [DevIdP.Client]) async {
        await withDiscardingTaskGroup { group in
            for client in clients {
                guard let uri = client.backChannelLogoutURI else { continue }
                group.addTask {
                    do { try await announce(end: session, to: client, at: uri) } catch {
                        logger.warning(
                            "a client was not told of a logout",
                            metadata: ["client": "\(client.id)", "uri": "\(uri)", "error": "\(error)"]
                        )
                    }
                }
            }
        }
    }

    private func announce(end session: BrowserSession, to client: DevIdP.Client, at uri: String) async throws {
        let token = LogoutToken(end: session, for: client, by: issuer, at: now())
        var request = HTTPClientRequest(url: uri)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(
            ByteBuffer(string: "logout_token=\(FormEncoding.encode(try await keys.sign(token, as: "logout+jwt")))")
        )
        let answer = try await HTTPClient.shared.execute(request, timeout: Self.patience)
        guard (200..<300).contains(answer.status.code) else { throw Refused(status: Int(answer.status.code)) }
    }

    private struct Refused: Error {
        let status: Int
    }
}

/// A logout token (OpenID Connect Back-Channel Logout 2.4).
private struct LogoutToken: JWTPayload {
    struct Nothing: Codable {}

    let iss: String
    let aud: String
    let iat: Int
    let exp: Int
    let jti: String
    let sub: String
    let sid: String
    let events: [String: Nothing]

    init(end session: BrowserSession, for client: DevIdP.Client, by issuer: Issuer, at now: Date) {
        iss = issuer.text
        aud = client.id
        iat = Int(now.timeIntervalSince1970)
        exp = iat + 120
        jti = Secret.make()
        sub = session.subject
        sid = session.id
        events = ["http://schemas.openid.net/event/backchannel-logout": Nothing()]
    }

    /// It is only ever signed here.
    func verify(using algorithm: some JWTAlgorithm) {}
}
