import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A provider on this machine that does what tests tell it, good or bad.
final class LoopbackIssuer: Sendable {
    /// How a path misbehaves.
    enum Fault: Sendable {
        case status(Int)
        case body(String)
        case oversized
        case redirect(to: String)
        /// Never answers.
        case silent
        /// Begins to answer, and never ends.
        case stalling
    }

    struct Request: Sendable {
        let form: [String: String]
        let authorization: String?
    }

    private struct State {
        var url = ""
        var keys: [[String: String]] = []
        var metadata: [String: String?] = [:]
        var lists: [String: [String]] = [:]
        var namesIssuer: Bool?
        var tokenAnswer: (status: Int, body: String) = (400, #"{"error":"invalid_grant"}"#)
        var userInfo = "{}"
        var faults: [String: Fault] = [:]
        var requests: [String: [Request]] = [:]
    }

    private let state = Mutex(State())

    var url: String { state.withLock(\.url) }

    func publish(_ keys: SigningKey...) { state.withLock { $0.keys = keys.map(\.jwk) } }
    func publish(jwks: [[String: String]]) { state.withLock { $0.keys = jwks } }

    /// Overrides a member of the metadata; nil leaves it out.
    func setMetadata(_ name: String, _ value: String?) { state.withLock { $0.metadata[name] = .some(value) } }
    func setMetadata(_ name: String, list: [String]) { state.withLock { $0.lists[name] = list } }
    func setNamesIssuer(_ value: Bool) { state.withLock { $0.namesIssuer = value } }

    func setTokens(idToken: String, accessToken: String = "access") {
        let body = json(["id_token": idToken, "access_token": accessToken, "token_type": "Bearer"])
        state.withLock { $0.tokenAnswer = (200, body) }
    }

    func setTokenAnswer(_ status: Int, _ body: String) { state.withLock { $0.tokenAnswer = (status, body) } }
    func setUserInfo(_ body: String) { state.withLock { $0.userInfo = body } }
    func setFault(_ fault: Fault?, at path: String) { state.withLock { $0.faults[path] = fault } }
    func requests(_ path: String) -> [Request] { state.withLock { $0.requests[path, default: []] } }

    /// Runs it for as long as the test.
    static func run(_ test: (LoopbackIssuer) async throws -> Void) async throws {
        let issuer = LoopbackIssuer()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "issuer")
        logger.logLevel = .critical
        let application = Application(
            router: issuer.router(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: logger
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await application.run() }
            for await port in ports {
                issuer.state.withLock { $0.url = "http://127.0.0.1:\(port)" }
                break
            }
            try await test(issuer)
            group.cancelAll()
            // It throws the cancellation that it was ended by.
            while await group.nextResult() != nil {}
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        for path in ["/.well-known/openid-configuration", "/keys", "/.well-known/jwks.json", "/userinfo"] {
            router.get("\(path)") { request, _ in try await self.answer(request, path) }
        }
        router.post("/token") { request, _ in try await self.answer(request, "/token") }
        return router
    }

    private func answer(_ request: Hummingbird.Request, _ path: String) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 16)
        let form = Self.form(String(buffer: body))
        let (fault, status, text) = state.withLock { state in
            state.requests[path, default: []].append(
                Request(form: form, authorization: request.headers[.authorization])
            )
            let answer = Self.answer(path, state)
            return (state.faults[path], answer.status, answer.body)
        }
        switch fault {
        case nil: return Self.response(status, text)
        case .status(let status): return Self.response(status, text)
        case .body(let text): return Self.response(200, text)
        case .oversized: return Self.response(200, String(repeating: " ", count: 300_000) + text)
        case .redirect(let url):
            return Response(status: .temporaryRedirect, headers: [.location: url])
        case .silent:
            try await Task.sleep(for: .seconds(60))
            return Self.response(500, "")
        case .stalling:
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "{"))
                    try await Task.sleep(for: .seconds(60))
                    try await writer.finish(nil)
                }
            )
        }
    }

    private static func answer(_ path: String, _ state: State) -> (status: Int, body: String) {
        switch path {
        case "/token": state.tokenAnswer
        case "/userinfo": (200, state.userInfo)
        case "/.well-known/openid-configuration": (200, json(metadata(state)))
        default: (200, json(["keys": state.keys]))
        }
    }

    private static func metadata(_ state: State) -> [String: Any] {
        var metadata: [String: Any] = [
            "issuer": state.url, "authorization_endpoint": "\(state.url)/authorize",
            "token_endpoint": "\(state.url)/token", "jwks_uri": "\(state.url)/keys",
        ]
        for (name, value) in state.metadata { metadata[name] = value }
        for (name, list) in state.lists { metadata[name] = list }
        if let names = state.namesIssuer { metadata["authorization_response_iss_parameter_supported"] = names }
        return metadata
    }

    private static func response(_ status: Int, _ text: String) -> Response {
        Response(
            status: .init(code: status),
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }

    private static func form(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            fields[String(parts[0])] = parts[1].removingPercentEncoding
        }
        return fields
    }
}
