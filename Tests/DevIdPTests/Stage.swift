import DevIdP
import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

/// A provider that serves on a port of its own on loopback, with a folder and a clock of its own.
struct Stage: Sendable {
    static let callback = "http://127.0.0.1:9/callback"
    static let signedOut = "http://127.0.0.1:9/signed-out"

    /// With a secret.
    static let app = DevIdP.Client(
        id: "app",
        secret: "app secret: 100%",
        name: "The App",
        redirectURIs: [callback, "http://127.0.0.1:9/other?tenant=1"],
        postLogoutRedirectURIs: [signedOut]
    )
    /// Another one with a secret.
    static let rival = DevIdP.Client(id: "rival", secret: "rival-secret", redirectURIs: ["http://127.0.0.1:9/rival"])
    /// Without a secret.
    static let spa = DevIdP.Client(id: "spa", redirectURIs: ["http://127.0.0.1:9/spa"])

    let idp: DevIdP
    let issuer: String
    let clock: TestClock

    /// - Parameters:
    ///   - path: of the issuer.
    ///   - folder: of an earlier stage, whose people and keys are to be there.
    ///   - algorithm: keys of this one are made in no time.
    static func run(
        path: String = "",
        folder: String? = nil,
        clock: TestClock = TestClock(),
        algorithm: DevIdP.SigningAlgorithm = .es256,
        rotation: Duration = .seconds(24 * 60 * 60),
        lifetimes: DevIdP.Lifetimes = DevIdP.Lifetimes(),
        clients: [DevIdP.Client] = [app, rival, spa],
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        let own = try TemporaryFolder()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        for attempt in 1... {
            let port = FreePort.next()
            let issuer = "http://127.0.0.1:\(port)\(path)"
            var configuration = DevIdP.Configuration(issuer: issuer, folder: folder ?? own.path, clients: clients)
            configuration.algorithm = algorithm
            configuration.rotation = rotation
            configuration.lifetimes = lifetimes
            let idp = try DevIdP(configuration, now: clock.now)
            let (running, announce) = AsyncStream<Void>.makeStream()
            let server = idp.application(host: "127.0.0.1", port: Int(port), logger: logger) { announce.yield() }
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        defer { announce.finish() }
                        try await server.runService(gracefulShutdownSignals: [])
                    }
                    if await running.first(where: { true }) == nil {
                        // The server has ended, and says why.
                        try await group.next()
                    }
                    try await body(Stage(idp: idp, issuer: issuer, clock: clock))
                    group.cancelAll()
                }
                return
            } catch let error as IOError where attempt < 3 && error.errnoCode == EADDRINUSE { continue }
        }
    }

    /// A new person, made on the page by a browser that signs in as them.
    @discardableResult
    func signUp(
        _ name: String = "Ada Lovelace",
        _ email: String = "ada@example.com",
        isVerified: Bool = true,
        with browser: Browser = Browser(),
        at party: Party = Party()
    ) async throws -> Login {
        let page = try await browser.get(url(for: party))
        var fields = ["name": name, "email": email]
        if isVerified { fields["verified"] = "yes" }
        let answer = try await browser.send(page.form(choosing: "newcomer"), fields)
        return try Login(answer, party)
    }

    func url(for party: Party) -> String { "\(issuer)/authorize?\(party.query)" }
}

/// The address that a browser is sent to, in its parts.
struct Login: Sendable {
    let location: String
    let party: Party
    let parameters: [String: String]

    init(_ answer: Answer, _ party: Party) throws {
        #expect(answer.status == 303, "\(answer.text)")
        location = try #require(answer.headers.first(name: "location"))
        self.party = party
        let parts = try #require(URLComponents(string: location))
        parameters = Dictionary(uniqueKeysWithValues: (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") })
    }

    var code: String { get throws { try #require(parameters["code"], "\(location)") } }
    var error: String? { parameters["error"] }
}

/// A clock that tests turn forward.
final class TestClock: Sendable {
    private let ahead = Mutex<TimeInterval>(0)

    var now: @Sendable () -> Date { { Date().addingTimeInterval(self.ahead.withLock(\.self)) } }

    func advance(by duration: Duration) { ahead.withLock { $0 += TimeInterval(duration.components.seconds) } }
}

/// A folder that goes with this value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "dev-idp-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        // What cannot be removed lies below the folder for temporary files.
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Ports of loopback that nobody listens at, and that no two tests get.
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
