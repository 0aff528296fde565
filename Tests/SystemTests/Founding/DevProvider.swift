import Foundation
import Testing

/// A `daybook dev-idp` beside an installation, and the settings by which that trusts it.
struct DevProvider {
    let url: String
    /// Where browsers find the installation.
    let origin: String
    let port: UInt16
    let mail: String
    /// Of the servers.
    let options: [String]
    private let child: Child

    /// Starts one and waits until it answers; it ends with `stop`.
    static func start(for installation: Installation) async throws -> DevProvider {
        let (port, own) = (FreePort.next(), FreePort.next())
        let (url, origin) = ("http://127.0.0.1:\(port)", "http://127.0.0.1:\(own)")
        let child = try installation.start([
            "dev-idp", "--port", "\(port)", "--data", "\(installation.folder)/idp", "--relying-party", origin,
            "--environment", "development",
        ])
        let file = "\(installation.folder)/providers.json"
        let text = #"[{"name":"dev","title":"Development","issuer":"\#(url)","client_id":"daybook"}]"#
        try #require(
            FileManager.default.createFile(
                atPath: file,
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        )
        let browser = Browser()
        try await eventually("the provider answers") {
            (try? await browser.open("\(url)/.well-known/openid-configuration").status) == 200
        }
        let mail = "\(installation.folder)/mail"
        return DevProvider(
            url: url,
            origin: origin,
            port: own,
            mail: mail,
            options: ["--public-url", origin, "--auth-providers-file", file, "--mail-folder", mail],
            child: child
        )
    }

    func stop() async {
        child.signal(SIGTERM)
        await child.end()
    }

    /// Logs somebody in who is new to the provider.
    @discardableResult
    func logIn(
        _ name: String,
        _ email: String,
        isVerified: Bool = true,
        in browser: Browser,
        at origin: String
    ) async throws -> Browser.Page {
        let page = try await browser.open("\(origin)/auth/login")
        var fields = try page.form(with: ("choice", "newcomer"))
        fields += [("name", name), ("email", email)]
        if isVerified { fields.append(("verified", "yes")) }
        return try await browser.send(fields, to: "\(url)/authorize")
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
