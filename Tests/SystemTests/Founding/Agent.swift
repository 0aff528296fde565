import Foundation
import TestSupport
import Testing

/// An agent of an organization whose program is by other hands: it has a key, of which we are given the public part.
struct Agent {
    enum Algorithm: String { case edDSA = "EdDSA", es256 = "ES256" }

    let user: String
    private let client: String
    private let python: String
    private let file: String
    private let server: Server

    /// Makes the agent a user, and its key known.
    ///
    /// - Parameter token: of an administrator.
    init(_ algorithm: Algorithm, at folder: String, of server: Server, by token: String) async throws {
        self.server = server
        python = try await PythonTools.python(of: "oidc-rp")
        file = "\(folder)/agent.json"
        let made = try await server.post(
            "/api/users",
            JSON.object(["handle": "helper", "name": "A helper", "kind": "agent"]),
            as: token
        )
        user = try #require(try made.decode(JSON.self)["id"].text)
        let key = try await PythonTools.output(of: python, [Self.program, "key", algorithm.rawValue, file])
        let issued = try await server.post(
            "/api/users/\(user)/credentials",
            JSON.object(["label": "the host's", "public_key": try JSON(key.utf8)]),
            as: token
        )
        client = try #require(
            try issued.decode(JSON.self)["client_id"].text,
            "\(String(decoding: issued.body, as: UTF8.self))"
        )
    }

    /// Signs, and gives the token that it gets for it.
    ///
    /// - Parameter origin: where the installation is found.
    func logIn(as origin: String) async throws -> String {
        let word = try await PythonTools.output(
            of: python,
            [Self.program, "assertion", file, client, "\(origin)/auth/agent/login"]
        )
        let answer = try await server.send(.POST, "/auth/agent/login", JSON.object(["client_assertion": .string(word)]))
        return try #require(
            try answer.decode(JSON.self)["access_token"].text,
            "\(String(decoding: answer.body, as: UTF8.self))"
        )
    }

    private static let program = "\(PythonTools.folder(of: "oidc-rp"))/agent.py"
}
