import Foundation
import TestSupport
import Testing

/// An OpenID provider beside an installation that trusts it.
protocol LoginProvider: Sendable {
    var site: Site { get }

    /// Logs somebody in.
    ///
    /// - Parameter isVerified: false for somebody of whom it is not known that the address is theirs.
    @discardableResult
    func logIn(
        _ name: String,
        _ email: String,
        isVerified: Bool,
        in browser: Browser,
        at origin: String
    ) async throws -> Browser.Page
}

extension LoginProvider {
    @discardableResult
    func logIn(
        _ name: String,
        _ email: String,
        in browser: Browser,
        at origin: String
    ) async throws -> Browser.Page {
        try await logIn(name, email, isVerified: true, in: browser, at: origin)
    }
}

/// Those that the same is tried with.
enum LoginProviders: CaseIterable {
    /// Our own, for development.
    case development
    /// A foreign one.
    case canaille

    /// Runs one beside an installation.
    func run(for installation: Installation, _ test: (any LoginProvider) async throws -> Void) async throws {
        switch self {
        case .development:
            let provider = try await DevProvider.start(for: installation)
            try await test(provider)
            await provider.stop()
        case .canaille: try await CanailleProvider.run(for: installation, test)
        }
    }
}

/// Where browsers find an installation, what it trusts and where its mail goes.
struct Site {
    let port: UInt16
    /// Where its mail is put.
    let mail: String
    private let providersFile: String

    init(of installation: Installation) {
        port = FreePort.next()
        mail = "\(installation.folder)/mail"
        providersFile = "\(installation.folder)/providers.json"
    }

    var origin: String { "http://127.0.0.1:\(port)" }

    /// Of its servers.
    var options: [String] { loginOptions + ["--mail-folder", mail] }

    /// Of servers that mail in another way.
    var loginOptions: [String] { ["--public-url", origin, "--auth-providers-file", providersFile] }

    /// - Parameter providers: what `auth.providers-file` holds, see docs/auth.md.
    func trust(_ providers: JSON) throws {
        try #require(
            FileManager.default.createFile(
                atPath: providersFile,
                contents: try JSONEncoder().encode(providers),
                attributes: [.posixPermissions: 0o600]
            )
        )
    }

    /// The link of the one mail to an address.
    func link(to address: String) throws -> String? {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: mail)) ?? []
        for file in files {
            let text = try String(contentsOfFile: "\(mail)/\(file)", encoding: .utf8)
            guard text.contains("To: \(address)") || text.contains("To: <\(address)>") else { continue }
            // Quoted-printable breaks lines and writes = as =3D.
            let body = text.replacing("=\r\n", with: "").replacing("=\n", with: "").replacing("=3D", with: "=")
            return body.firstMatch(of: #/https?:\/\/[^\s]+/#).map { String($0.0) }
        }
        return nil
    }
}
