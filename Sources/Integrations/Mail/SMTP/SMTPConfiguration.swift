internal import NIOSSL

/// Where the mail server is and how to speak to it. Printing it does not show the password.
package struct SMTPConfiguration: Sendable {
    package enum Security: Sendable {
        /// TLS from the first byte, as on port 465.
        case tls
        /// STARTTLS, as on port 587; without it nothing is sent.
        case startTLS
        /// The same, but a server on this machine may do without.
        case startTLSUnlessLocal
        /// None, whatever the server offers. A password is then sent to a server on this machine only.
        case none
    }

    package struct Credentials: Sendable {
        let user: String
        let password: String

        /// - Throws: `invalidConfiguration` for what SMTP cannot carry.
        package init(user: String, password: String) throws(MailError) {
            guard !user.isEmpty, !password.isEmpty, !user.utf8.contains(0), !password.utf8.contains(0) else {
                throw MailError(
                    .invalidConfiguration,
                    isRetriable: false,
                    "the user or the password for mail is empty or has a zero in it"
                )
            }
            self.user = user
            self.password = password
        }
    }

    let host: String
    let port: Int
    let security: Security
    let credentials: Credentials?
    let trustRoots: String?
    let timeout: Duration

    /// - Parameters:
    ///   - host: its name, which its certificate must have, or its address.
    ///   - trustRoots: a file of certificates to trust; nil for those that the system trusts.
    ///   - timeout: the longest time for connecting, and for each reply.
    package init(
        host: String,
        port: Int,
        security: Security = .startTLSUnlessLocal,
        credentials: Credentials? = nil,
        trustRoots: String? = nil,
        timeout: Duration = .seconds(30)
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.credentials = credentials
        self.trustRoots = trustRoots
        self.timeout = timeout
    }

    func makeTLS() throws(MailError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let trustRoots { configuration.trustRoots = .file(trustRoots) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw MailError(
                .invalidConfiguration,
                isRetriable: false,
                "cannot read the certificates to trust\(trustRoots.map { " from \($0)" } ?? "")"
            )
        }
    }
}

// `print`, `dump` and logging of a value that contains this one look here, so the password is left out.
extension SMTPConfiguration.Credentials: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(user):…" }
    package var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
