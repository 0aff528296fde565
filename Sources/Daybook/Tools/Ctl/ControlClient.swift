internal import ArgumentParser
internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Where the control API is, and as whom it is asked.
struct CtlOptions: ParsableArguments {
    @Option(help: "Where the control API is; otherwise DAYBOOK_CTL_URL, or http://127.0.0.1:8080.")
    var url: String?

    @Option(
        help:
            "A file with an operator's token, from `daybook operator token`; otherwise DAYBOOK_CTL_TOKEN holds the token."
    )
    var tokenFile: String?

    @Flag(help: "JSON as the API answers it, instead of a table.")
    var json = false

    private static let tokenVariable = "DAYBOOK_CTL_TOKEN"

    /// Lends a client to `body`.
    func withClient(_ body: (ControlClient) async throws -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        let address = url ?? environment["DAYBOOK_CTL_URL"] ?? "http://127.0.0.1:8080"
        let token: String
        if let tokenFile {
            token = try String(contentsOfFile: tokenFile, encoding: .utf8)
        } else if let variable = environment[Self.tokenVariable] {
            token = variable
        } else {
            throw ToolError("--token-file or \(Self.tokenVariable) is needed; `daybook operator token` makes a token")
        }
        let client = try ControlClient(address, token: token.trimmingCharacters(in: .whitespacesAndNewlines))
        let result: Result<Void, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        try await client.close()
        try result.get()
    }
}

/// Asks the control API over HTTP. It follows no redirect, since the token must not change hosts.
struct ControlClient {
    /// In bytes; a page of 200 organizations is far shorter.
    private static let answerLimit = 8 << 20

    private let base: String
    private let token: String
    private let client: HTTPClient

    init(_ address: String, token: String) throws {
        guard let url = URL(string: address), let host = url.host(), url.scheme == "https" || url.scheme == "http"
        else {
            throw ToolError("'\(address)' is no URL of an installation, such as https://daybook.example")
        }
        guard url.scheme == "https" || ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host) else {
            throw ToolError("the token would go over the network in the clear; use https")
        }
        base = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.token = token
        client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(redirectConfiguration: .disallow)
        )
    }

    func close() async throws { try await client.shutdown() }

    /// - Parameters:
    ///   - path: with the query.
    ///   - body: sent as JSON.
    /// - Returns: the answer's JSON.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: (any Encodable & Sendable)? = nil
    ) async throws -> Data {
        try await send(method, path, json: try body.map { try JSONEncoder().encode($0) })
    }

    /// - Parameter body: JSON.
    func send(_ method: HTTPMethod, _ path: String, json body: Data?) async throws -> Data {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "User-Agent", value: "daybook-ctl")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response = try await client.execute(request, timeout: .seconds(30))
        let answer = Data(try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
        guard (200..<300).contains(response.status.code) else {
            throw Self.error(answer, status: response.status.code)
        }
        return answer
    }

    private struct Problem: Decodable {
        let code: String
        let detail: String
    }

    private static func error(_ answer: Data, status: UInt) -> ToolError {
        // What is no problem document comes from a proxy, or from something that is no installation.
        guard let problem = try? JSONDecoder().decode(Problem.self, from: answer) else {
            return ToolError("the answer is \(status), and not from the control API")
        }
        return ToolError("\(problem.detail) (\(problem.code))")
    }
}
