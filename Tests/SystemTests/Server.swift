import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import TestSupport

/// A `daybook serve` of an installation. It can be ended in any way and started again, on the same port.
final class Server: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: Data

        /// The body as JSON: dictionaries, arrays, strings, numbers.
        var json: [String: Any] {
            get throws { try JSONSerialization.jsonObject(with: body) as? [String: Any] ?? [:] }
        }

        /// Decodes the body.
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try JSONDecoder().decode(type, from: body) }
    }

    private struct State {
        var port: UInt16
        var child: Child?
    }

    private let binary: String
    /// As `daybook serve --role` takes them.
    let roles: String
    private let options: [String]
    private let environment: [String: String]
    private let log: String
    private let state: Mutex<State>
    private let hands = Gate(limit: 1)

    /// - Parameter port: where it listens; any that is free unless told otherwise.
    init(
        binary: String,
        roles: String,
        options: [String],
        environment: [String: String],
        log: String,
        port: UInt16? = nil
    ) {
        self.binary = binary
        self.roles = roles
        self.options = options
        self.environment = environment
        self.log = log
        state = Mutex(State(port: port ?? FreePort.next()))
    }

    var url: String { "\(speaksTLS ? "https" : "http")://127.0.0.1:\(state.withLock(\.port))" }

    private var speaksTLS: Bool { options.contains("--tls-certificate") }

    var pid: Int32? { state.withLock { $0.child?.pid } }

    var isRunning: Bool { state.withLock { $0.child?.isRunning ?? false } }

    /// All that it logged, each time that it ran.
    var words: String { String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self) }

    /// The end of what it logged.
    var lastWords: String { String(words.suffix(4000)) }

    // MARK: Life

    /// Starts it, and waits until it is ready or, unless `waiting`, answers at all.
    func start(waiting: Bool = true) async throws {
        for attempt in 1... {
            let port = state.withLock(\.port)
            let arguments = ["serve", "--role", roles, "--port", "\(port)"] + options
            let child = try Child(binary, arguments, environment: environment, output: log, errors: log)
            state.withLock { $0.child = child }
            do {
                try await eventually("the server answers", timeout: .seconds(30)) {
                    guard child.isRunning else { throw Ended() }
                    let answer = try? await get(waiting ? "/readyz" : "/healthz")
                    return answer?.status == 200
                }
                return
            } catch is Ended where attempt < 3 && lastWords.contains("in use") {
                // Somebody else took the port between our look and its start.
                state.withLock { $0.port = FreePort.next() }
            } catch is Ended {
                throw NeverSo(what: "the server runs; it said: \(lastWords)")
            }
        }
    }

    /// Ends it as `kill -9` does, at whatever instruction it is.
    func kill() async {
        guard let child = state.withLock(\.child) else { return }
        child.signal(SIGKILL)
        await child.end()
    }

    /// Holds it, as a machine that is out of breath does, until `resume`.
    func pause() { state.withLock { $0.child?.signal(SIGSTOP) } }

    func resume() { state.withLock { $0.child?.signal(SIGCONT) } }

    /// Asks it to end and gives its exit status.
    @discardableResult
    func terminate() async -> Int32 {
        guard let child = state.withLock(\.child) else { return 0 }
        child.signal(SIGTERM)
        return await child.end()
    }

    /// Ends it and starts it again by `body`, while nobody else does: of two that start it at once one would run unseen.
    func alone(_ body: () async throws -> Void) async throws {
        await hands.enter()
        do { try await body() } catch {
            await hands.leave()
            throw error
        }
        await hands.leave()
    }

    /// Ends it as `kill -9` does and starts it again.
    func crash() async throws {
        await kill()
        try await start()
    }

    private struct Ended: Error {}

    // MARK: Requests

    /// Says at once that nobody listens, instead of trying again by itself. Never shut down: it lasts as long as the tests.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        // Tests of certificates look at them with clients of their own.
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.certificateVerification = .none
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1000
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Sends a request; a connection that fails throws, any status does not.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: (any Encodable & Sendable)? = nil,
        as token: String? = nil,
        headers: [String: String] = [:],
        timeout: TimeAmount = .seconds(30),
        at port: UInt16? = nil
    ) async throws -> Answer {
        let url = port.map { "http://127.0.0.1:\($0)" } ?? url
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body {
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let response = try await Self.client.execute(request, timeout: timeout)
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, body: Data(bytes.readableBytesView))
    }

    /// - Parameter port: another one of the process.
    func get(
        _ path: String,
        as token: String? = nil,
        headers: [String: String] = [:],
        at port: UInt16? = nil
    ) async throws -> Answer {
        try await send(.GET, path, as: token, headers: headers, at: port)
    }

    func post(
        _ path: String,
        _ body: some Encodable & Sendable,
        as token: String,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(.POST, path, body, as: token, headers: headers)
    }
}

/// Ports that nobody listened at a moment ago, each given once.
enum FreePort {
    private static let given = Mutex<Set<UInt16>>([])

    static func next() -> UInt16 {
        while true {
            let port = UInt16.random(in: 20_000..<32_000)
            if isFree(port), given.withLock({ $0.insert(port).inserted }) { return port }
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
