internal import Foundation
internal import NIOSSL

/// Where the mail server is and how to speak to it. Printing it does not show the password.
package struct SMTPConfiguration: Sendable {
    package enum Security: String, Sendable, CaseIterable {
        /// TLS from the first byte.
        case tls
        /// STARTTLS; without it nothing is sent.
        case startTLS = "starttls"
        /// None, whatever the server offers: only to a server on this machine.
        case unencrypted = "none"

        /// Where servers take mail so.
        package var usualPort: Int {
            switch self {
            case .tls: 465
            case .startTLS: 587
            case .unencrypted: 25
            }
        }
    }

    package struct Credentials: Sendable {
        let user: String
        let password: String

        /// - Throws: `invalidConfiguration` for what SMTP cannot carry.
        package init(user: String, password: String) throws(MailError) {
            guard !user.isEmpty, !password.isEmpty, !user.utf8.contains(0), !password.utf8.contains(0) else {
                throw .invalid("the user or the password for mail is empty or has a zero in it")
            }
            self.user = user
            self.password = password
        }
    }

    let host: String
    let port: Int
    let security: Security
    let credentials: Credentials?
    let authorities: String?
    let timeout: Duration
    let patience: Duration

    /// The longest time for a message, of which nothing is known until it is over.
    package static let patience: Duration = .seconds(120)

    /// - Parameters:
    ///   - host: its name, which its certificate must have, or its address.
    ///   - port: nil for the usual one.
    ///   - authorities: a file of certificates to trust; nil for those that the system trusts.
    ///   - timeout: the longest time for connecting, and for each reply.
    ///   - patience: the longest for all of a message.
    /// - Throws: `invalidConfiguration` for what can never work.
    package init(
        host: String,
        port: Int? = nil,
        security: Security,
        credentials: Credentials? = nil,
        authorities: String? = nil,
        timeout: Duration = .seconds(60),
        patience: Duration = Self.patience
    ) throws(MailError) {
        guard Self.isHost(host) else { throw .invalid("the mail server's host is no name and no address") }
        guard security != .unencrypted || Self.isLocal(host) else {
            throw .invalid("mail goes to another machine only encrypted")
        }
        guard security != .unencrypted || authorities == nil else {
            throw .invalid("without encryption there are no certificates to trust")
        }
        self.host = host
        self.port = port ?? security.usualPort
        self.security = security
        self.credentials = credentials
        self.authorities = authorities
        self.timeout = timeout
        self.patience = patience
    }

    func makeTLS() throws(MailError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities { configuration.trustRoots = .file(authorities) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .invalid("cannot read the certificates to trust\(authorities.map { " from \($0)" } ?? "")")
        }
    }

    static func isAddress(_ host: String) -> Bool {
        var (v4, v6) = (in_addr(), in6_addr())
        return inet_pton(AF_INET, host, &v4) == 1 || inet_pton(AF_INET6, host, &v6) == 1
    }

    private static func isHost(_ host: String) -> Bool {
        if isAddress(host) { return true }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return host.utf8.count <= 253 && labels.last?.allSatisfy(\.isNumber) == false
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                            true
                        default: false
                        }
                    }
            }
    }

    /// Whether it says that it is this machine.
    private static func isLocal(_ host: String) -> Bool {
        host.lowercased() == "localhost" || (isAddress(host) && isLoopback(host))
    }

    /// - Parameter address: in numbers.
    static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.lowercased().hasPrefix("::ffff:127.")
    }
}

extension MailError {
    fileprivate static func invalid(_ message: String) -> MailError {
        MailError(.invalidConfiguration, isRetriable: false, message)
    }
}

// `print`, `dump` and logging of a value that contains this one look here, so the password is left out.
extension SMTPConfiguration.Credentials: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(user):…" }
    package var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
