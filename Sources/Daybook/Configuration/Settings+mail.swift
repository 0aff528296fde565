internal import Mail
internal import Registrar
internal import Settings

extension Settings {
    /// Who takes mail; nil where none is sent.
    func mailer() throws -> (any Mailer)? {
        let sender = try MailSender(MailAddress(self[\.mailSender]), name: "Daybook")
        return self[\.mailFolder].map { MailFolder(path: $0, sender: sender) }
    }
}

extension MailMessage {
    init(_ letter: Invitations.Letter) throws(MailError) {
        try self.init(
            key: letter.key,
            to: MailAddress(letter.address),
            subject: "You are invited to \(letter.org)",
            text: """
                You are invited to join \(letter.org) on Daybook.

                Follow this link, and log in with an account whose address is this one:

                \(letter.link)

                If you expected no invitation, there is nothing to do: without this link nobody comes in.
                """
        )
    }
}
