internal import Crypto

/// What somebody is to read.
package struct MailMessage: Sendable, Hashable {
    package let to: MailAddress
    package let subject: String
    package let text: String
    package let html: String?
    /// What makes the message what it is, in hexadecimal digits.
    let id: String

    /// - Parameters:
    ///   - key: the same for a message that is sent again, such as the id of what it is about. The message has its
    ///     digest.
    ///   - subject: one line.
    ///   - text: with any line ends.
    ///   - html: the same for programs that show it; nil if there is only the text.
    /// - Throws: `invalidHeader`
    package init(key: String, to: MailAddress, subject: String, text: String, html: String? = nil) throws(MailError) {
        try HeaderText.check(subject, "the subject")
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        id = SHA256.hash(data: Array(key.utf8)).prefix(16).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}

/// Whom messages are from.
package struct MailSender: Sendable, Hashable {
    package let address: MailAddress
    package let name: String?

    /// - Throws: `invalidHeader`
    package init(_ address: MailAddress, name: String? = nil) throws(MailError) {
        if let name { try HeaderText.check(name, "the sender's name") }
        self.address = address
        self.name = name
    }
}
