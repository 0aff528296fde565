internal import Foundation

/// The URL under which relying parties know the provider, in its parts.
struct Issuer: Sendable {
    /// As it stands in tokens and metadata, byte by byte.
    let text: String
    /// Empty, or a slash and what follows.
    let path: String
    let isSecure: Bool
    /// Host and port as a browser sends them: without the port that the scheme stands for.
    let authority: String

    init(_ text: String) throws(DevIdP.ConfigurationError) {
        func fault(_ reason: String) -> DevIdP.ConfigurationError {
            DevIdP.ConfigurationError(description: "\(text) is no issuer: \(reason)")
        }
        guard text.isPlain(upTo: 500), let parts = URLComponents(string: text, encodingInvalidCharacters: false)
        else { throw fault("it is no URL") }
        guard parts.scheme == "http" || parts.scheme == "https" else { throw fault("it must begin with http or https") }
        guard let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil else {
            throw fault("it must have a host and no user")
        }
        guard parts.query == nil, parts.fragment == nil, !text.hasSuffix("/") else {
            throw fault("it must have no query, no fragment and no slash at its end")
        }
        // The router gives a meaning to other characters.
        let isPlainPath = parts.path.utf8.allSatisfy {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || "/-_.".utf8.contains($0)
        }
        guard isPlainPath, !parts.path.contains("//") else {
            throw fault("its path may have letters, digits, '-', '_' and '.' between single slashes")
        }
        self.text = text
        path = parts.path
        isSecure = parts.scheme == "https"
        authority = Self.authority(host: host, port: parts.port, isSecure: isSecure)
    }

    /// Whether a request was sent to this host: a page under another name that leads here is somebody else's.
    func isAddressed(by authority: String?) -> Bool {
        guard let authority, authority.isPlain(upTo: 300), let parts = URLComponents(string: "http://\(authority)"),
            let host = parts.host
        else { return false }
        return Self.authority(host: host, port: parts.port, isSecure: isSecure) == self.authority
    }

    private static func authority(host: String, port: Int?, isSecure: Bool) -> String {
        guard let port, port != (isSecure ? 443 : 80) else { return host.lowercased() }
        return "\(host.lowercased()):\(port)"
    }
}
