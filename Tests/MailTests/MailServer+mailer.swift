import Mail
import TestSupport

extension MailServer {
    /// - Parameter security: what the server has, unless told otherwise.
    func mailer(
        host: String = "127.0.0.1",
        security: SMTPConfiguration.Security? = nil,
        credentials: SMTPConfiguration.Credentials? = nil,
        trusting authority: String? = nil,
        timeout: Duration = .seconds(30),
        patience: Duration = SMTPConfiguration.patience
    ) throws -> SMTPMailer {
        let usual: SMTPConfiguration.Security =
            switch encryption {
            case .none: .unencrypted
            case .startTLS: .startTLS
            case .implicit: .tls
            }
        let configuration = try SMTPConfiguration(
            host: host,
            port: port,
            security: security ?? usual,
            credentials: credentials,
            authorities: security == .unencrypted || self.authority.isEmpty ? nil : authority ?? self.authority,
            timeout: timeout,
            patience: patience
        )
        return try SMTPMailer(configuration, sender: .daybook)
    }
}
