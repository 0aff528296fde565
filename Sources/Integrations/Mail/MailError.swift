/// Why a message was not sent, or could not be written. Holds nothing of what a message says.
package struct MailError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        /// Not an address that we write to.
        case invalidAddress = "mail.invalid_address"
        /// A name or a subject with a line break or another control character in it.
        case invalidHeader = "mail.invalid_header"
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
}

extension MailError: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(message)" }
}
