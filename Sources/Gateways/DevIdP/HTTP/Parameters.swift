internal import Pages

/// The parameters of a request, of its query or of its form (`application/x-www-form-urlencoded`).
///
/// One without a value counts as not sent (RFC 6749 3.1). One that comes twice has no value: nobody could say which is meant.
struct Parameters: Sendable {
    private var values: [String: String] = [:]
    private(set) var repeated: Set<String> = []

    /// No request needs more than this.
    static let countLimit = 100
    /// An ID token, which is the longest thing that is sent, is a few times shorter.
    static let lengthLimit = 8 * 1024

    init(form text: String) throws(OAuthError) {
        let pairs = text.utf8.split(separator: UInt8(ascii: "&"))
        guard pairs.count <= Self.countLimit else { throw .invalidRequest("there are too many parameters") }
        for pair in pairs {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = FormEncoding.decode(parts[0]),
                let value = parts.count > 1 ? FormEncoding.decode(parts[1]) : ""
            else {
                throw .invalidRequest("a parameter is not encoded as UTF-8 and percent signs")
            }
            guard value.utf8.count <= Self.lengthLimit else {
                throw .invalidRequest("a parameter is longer than \(Self.lengthLimit) bytes")
            }
            // Swift compares and hashes by canonical equivalence, in a time that grows with the square of a run of combining
            // marks; nothing that is known here has such a name or is that long.
            guard name.isPlain(upTo: 64), !value.isEmpty else { continue }
            guard value.isPlain(upTo: Self.lengthLimit) || value.utf8.count <= 1024 else {
                throw .invalidRequest("\(name) is too long for a text that is not ASCII")
            }
            if repeated.contains(name) || values.updateValue(value, forKey: name) != nil {
                repeated.insert(name)
                values[name] = nil
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// The value, without which the request means nothing.
    func required(_ name: String) throws(OAuthError) -> String {
        guard let value = values[name] else { throw .invalidRequest("\(name) is missing") }
        return value
    }

    func refuseRepeated() throws(OAuthError) {
        if let name = repeated.sorted().first { throw .invalidRequest("\(name) comes twice") }
    }

    /// What a page's form sends again, without what the form itself adds.
    func carried(without names: Set<String>) -> [(name: String, value: String)] {
        values.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// A URI with more parameters in its query; what is there already stays as it is.
    static func adding(_ parameters: [(name: String, value: String?)], to uri: String) -> String {
        let added = parameters.compactMap { name, value in value.map { "\(name)=\(FormEncoding.encode($0))" } }
        guard !added.isEmpty else { return uri }
        let joint = !uri.contains("?") ? "?" : uri.hasSuffix("?") || uri.hasSuffix("&") ? "" : "&"
        return uri + joint + added.joined(separator: "&")
    }
}

extension String {
    /// Whether it is ASCII and has at most `limit` bytes.
    func isPlain(upTo limit: Int) -> Bool { utf8.count <= limit && utf8.allSatisfy { $0 < 0x80 } }
}
