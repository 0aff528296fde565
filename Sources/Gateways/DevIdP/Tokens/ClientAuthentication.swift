internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Pages

extension DevIdP {
    private static let basicChallenge = #"Basic realm="development identity provider""#

    /// Who asks, by HTTP Basic, by `client_secret` in the form, or without a secret if it has none (RFC 6749 2.3.1).
    func authenticate(_ request: Request, _ form: Parameters) throws(OAuthError) -> Client {
        guard let header = request.headers[.authorization] else {
            let id = try form.required("client_id")
            return try client(id, secret: form["client_secret"], challenge: nil)
        }
        guard form["client_secret"] == nil else {
            throw .invalidRequest("the client authenticates twice, in the header and in the body")
        }
        guard let (id, secret) = Self.basic(header) else {
            throw OAuthError(
                .invalidClient,
                "the Authorization header is not HTTP Basic",
                status: .unauthorized,
                challenge: Self.basicChallenge
            )
        }
        let client = try client(id, secret: secret, challenge: Self.basicChallenge)
        guard form["client_id"] == nil || form["client_id"] == id else {
            throw .invalidRequest("the client_id is not the one of the Authorization header")
        }
        return client
    }

    private func client(_ id: String, secret: String?, challenge: String?) throws(OAuthError) -> Client {
        let known = id.isPlain(upTo: 200) ? clients[id] : nil
        let isRight =
            switch (known?.secret, secret) {
            case (let its?, let given?): Secret.areEqual(its, given)
            case (nil, nil): known != nil
            default: false
            }
        guard let known, isRight else {
            // 401 in any case: RFC 6749 5.2 allows it, and asks for it with a challenge where a header was sent.
            throw OAuthError(
                .invalidClient,
                "the client is not known, or its secret is wrong, missing or one too many",
                status: .unauthorized,
                challenge: challenge
            )
        }
        return known
    }

    /// Both parts are encoded as in a form.
    private static func basic(_ header: String) -> (id: String, secret: String)? {
        let words = header.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard header.isPlain(upTo: 2000), words.count == 2, String(words[0])?.lowercased() == "basic",
            let bytes = String(words[1]).flatMap({ Data(base64Encoded: $0) })
        else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = FormEncoding.decode(parts[0]), let secret = FormEncoding.decode(parts[1])
        else {
            return nil
        }
        return (id, secret)
    }
}
