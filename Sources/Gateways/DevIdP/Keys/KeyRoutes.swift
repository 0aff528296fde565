internal import Hummingbird

extension DevIdP {
    /// `/jwks.json`: the keys that relying parties verify with.
    func keySet() async throws -> Response {
        struct KeySet: Encodable {
            let keys: [PublicKey]
        }
        var response = Response.json(KeySet(keys: try await keys.entries().map { try $0.key.publicKey }))
        // Shorter than any key is published before it signs.
        response.headers[.cacheControl] = "public, max-age=60"
        return response
    }

    /// Has the next key sign from now on, as happens by itself every `rotation`.
    package func rotateKeys() async throws { try await keys.rotate() }

    /// `POST /keys/rotate`: the same, asked for by the button on the page of the provider.
    func rotateKeys(_ request: Request) async throws -> Response {
        let form = try await pageForm(of: request)
        try checkForm(form, of: request, .rotate)
        try await rotateKeys()
        return .seeOther(url("/"))
    }
}
