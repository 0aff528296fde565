internal import Mail
internal import Registrar
internal import Settings

extension Settings {
    /// Who takes mail; nil where none is sent. Reaches nobody.
    func mailer() throws -> (any Mailer)? {
        let sender: MailSender
        do {
            sender = try MailSender(MailAddress(self[\.mailSender]), name: "Daybook")
        } catch {
            throw ToolError("mail.sender: \(error.message)")
        }
        guard let host = self[\.smtpHost] else {
            if let setting = senseless.first { throw ToolError("\(setting): there is no mail.smtp.host") }
            return self[\.mailFolder].map { MailFolder(path: $0, sender: sender) }
        }
        guard self[\.mailFolder] == nil else {
            throw ToolError("mail.folder and mail.smtp.host: mail goes one way, so say one of them")
        }
        guard self[\.mailSender] != Catalog.daybook.mailSender.declaration.standard else {
            throw ToolError("mail.sender: a server delivers mail only from an address of yours, so say which")
        }
        do {
            let configuration = try SMTPConfiguration(
                host: host,
                port: self[\.smtpPort],
                security: self[\.smtpSecurity].flatMap { SMTPConfiguration.Security(rawValue: $0) } ?? .startTLS,
                credentials: try credentials(),
                authorities: self[\.smtpAuthorities]
            )
            return try SMTPMailer(configuration, sender: sender)
        } catch let error as MailError {
            throw ToolError("mail.smtp: \(error.message)")
        }
    }

    /// What is said of a server, though none is.
    private var senseless: [String] {
        let said: [(Declaration, Bool)] = [
            (Catalog.daybook.smtpPort.declaration, self[\.smtpPort] != nil),
            (Catalog.daybook.smtpSecurity.declaration, self[\.smtpSecurity] != nil),
            (Catalog.daybook.smtpUser.declaration, self[\.smtpUser] != nil),
            (Catalog.daybook.smtpPassword.declaration, self[\.smtpPassword] != nil),
            (Catalog.daybook.smtpAuthorities.declaration, self[\.smtpAuthorities] != nil),
        ]
        return said.filter(\.1).map(\.0.key)
    }

    private func credentials() throws -> SMTPConfiguration.Credentials? {
        switch (self[\.smtpUser], self[\.smtpPassword]) {
        case (nil, nil): nil
        case (let user?, let password?): try SMTPConfiguration.Credentials(user: user, password: password)
        case (_?, nil): throw ToolError("mail.smtp.user: there is no mail.smtp.password")
        case (nil, _?): throw ToolError("mail.smtp.password: there is no mail.smtp.user")
        }
    }
}

extension Invitations.Letter {
    /// Hands it to who delivers it.
    func send(by mailer: any Mailer) async throws {
        do {
            try await mailer.send(try MailMessage(self))
        } catch let error as MailError where error.isOfMessage {
            throw error.isRetriable
                ? Invitations.LetterFault.notNow : Invitations.LetterFault.refused(code: error.code.rawValue)
        }
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
