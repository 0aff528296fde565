internal import Foundation

/// The rules for addresses of providers: https, or plain http to this machine.
struct SecureURL {
    let text: String
    let isLoopback: Bool

    /// - Parameter what: names the address in the error.
    init(_ text: String, _ what: String) throws(OIDCError) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy(Self.isPlain) else {
            throw OIDCError(.insecureURL, "\(what) holds characters that no URL has, or too many")
        }
        // `URL` is also what the HTTP client reads it with, so both see the same host.
        guard let url = URL(string: text), let scheme = url.scheme, let host = url.host(), !host.isEmpty else {
            throw OIDCError(.insecureURL, "\(what) is no absolute URL")
        }
        guard url.user() == nil, url.password() == nil, url.fragment() == nil else {
            throw OIDCError(.insecureURL, "\(what) has credentials or a fragment in it")
        }
        isLoopback = Self.isLoopback(host)
        guard scheme == "https" || (scheme == "http" && isLoopback) else {
            throw OIDCError(.insecureURL, "\(what) has to be https; http is for loopback addresses only")
        }
        self.text = text
    }

    /// An issuer has no query either.
    static func issuer(_ text: String) throws(OIDCError) -> SecureURL {
        let url = try SecureURL(text, "the issuer")
        guard !text.utf8.contains(UInt8(ascii: "?")) else {
            throw OIDCError(.insecureURL, "the issuer has a query")
        }
        return url
    }

    /// An address that the issuer names. Only a loopback issuer may point to this machine: others would have us reach what
    /// they cannot.
    func endpoint(_ text: String, _ what: String) throws(OIDCError) -> String {
        let url = try SecureURL(text, what)
        guard isLoopback || !url.isLoopback else {
            throw OIDCError(.insecureURL, "\(what) is a loopback address, but the issuer is not")
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            false
        default: byte > 0x20 && byte < 0x7F
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
