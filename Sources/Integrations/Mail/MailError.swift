/// Why a message was not sent, or could not be written. Holds no password, no address and nothing of what a message says.
package struct MailError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        /// Not an address that we write to.
        case invalidAddress = "mail.invalid_address"
        /// A name or a subject with a line break or another control character in it.
        case invalidHeader = "mail.invalid_header"
        /// What an operator has set cannot work.
        case invalidConfiguration = "mail.invalid_configuration"
        /// Nobody answers there.
        case connectionFailed = "mail.connection_failed"
        /// The connection broke. If it did after the message was sent, the message may have been taken.
        case connectionLost = "mail.connection_lost"
        /// The server took too long; the same holds.
        case timedOut = "mail.timed_out"
        case cancelled = "mail.cancelled"
        /// The certificate is not the server's, or is signed by nobody whom we trust.
        case untrusted = "mail.untrusted"
        /// There is no encryption where it is required.
        case noEncryption = "mail.no_encryption"
        case loginRefused = "mail.login_refused"
        /// The server does not want this message, or not now.
        case refused = "mail.refused"
        /// The server wants nothing of us, or not now.
        case serverRefused = "mail.server_refused"
        /// The server does not speak SMTP, or says more than it was asked.
        case protocolError = "mail.protocol_error"
        /// The folder for messages cannot be written to.
        case folder = "mail.folder"
    }

    package let code: Code
    /// Whether the same may work later, though nobody has changed anything.
    package let isRetriable: Bool
    package let message: String

    init(_ code: Code, isRetriable: Bool, _ message: String) {
        self.code = code
        self.isRetriable = isRetriable
        self.message = message
    }

    /// Whether it is about this message: another one may well be taken.
    package var isOfMessage: Bool { [.invalidAddress, .invalidHeader, .refused].contains(code) }
}

extension MailError: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(message)" }
}
