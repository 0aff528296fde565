/// The keys of a provider that can verify something (RFC 7517 §5).
struct KeySet: Sendable {
    private static let limit = 100

    private let keys: [String: [VerificationKey]]

    /// - Parameter bytes: the JWKS document.
    init(_ bytes: [UInt8]) async throws(OIDCError) {
        let document: [String: JSONValue]
        do {
            document = try JSONParser.object(bytes)
        } catch {
            throw OIDCError(.badAnswer, "the provider's keys are no JWKS: \(error.reason)")
        }
        guard case .array(let entries) = document["keys"], entries.count <= Self.limit else {
            throw OIDCError(.badAnswer, "the provider's keys are no JWKS, or there are more than \(Self.limit)")
        }
        var keys: [String: [VerificationKey]] = [:]
        for entry in entries {
            guard let object = entry.object, let key = await VerificationKey(object) else { continue }
            keys[key.id, default: []].append(key)
        }
        guard !keys.isEmpty else { throw OIDCError(.badAnswer, "none of the provider's keys can be used") }
        self.keys = keys
    }

    func contains(_ id: String) -> Bool { keys[id] != nil }

    /// Two keys may share a name if their algorithms differ.
    func keys(named id: String, fitting algorithm: SignatureAlgorithm) -> [VerificationKey] {
        keys[id, default: []].filter { $0.fits(algorithm) }
    }
}
