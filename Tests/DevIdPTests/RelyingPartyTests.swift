import DevIdP
import Foundation
import TestSupport
import Testing

/// An application by other people's hands (authlib in Flask), with a browser in front of it, signs in at the provider.
struct RelyingPartyTests {
    @Test(.timeLimit(.minutes(20)), arguments: [DevIdP.SigningAlgorithm.rs256, .es256])
    func `a foreign relying party is content`(algorithm: DevIdP.SigningAlgorithm) async throws {
        let python = try await PythonTools.python(of: "oidc-rp")
        let port = FreePort.next()
        let client = DevIdP.Client(
            id: "foreign",
            secret: "a foreign secret",
            name: "Foreign & Co",
            redirectURIs: ["http://127.0.0.1:\(port)/callback"],
            postLogoutRedirectURIs: ["http://127.0.0.1:\(port)/goodbye"],
            backChannelLogoutURI: "http://127.0.0.1:\(port)/backchannel"
        )
        try await Stage.run(path: "/idp", algorithm: algorithm, clients: [client]) { (stage) async throws in
            let program = "\(PythonTools.folder(of: "oidc-rp"))/relying_party.py"
            let said = try await PythonTools.output(
                of: python,
                [program, stage.issuer, client.id, client.secret!, "\(port)"]
            )
            #expect(said.contains("the relying party is content"))
            #expect(said.split(separator: "\n").filter { $0.hasPrefix("ok: ") }.count == 21, "\(said)")
        }
    }
}
