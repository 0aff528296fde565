import AuthAPI
import Commands
import EventStore
import Events
import Foundation
import GatewayHTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Postgres
import Projections
import Sessions
import Synchronization
import TenantAPI
import TestSupport
import Testing
import TransparencyLog

/// A tenant with an owner behind the API, over databases of its own, with a projector unless a test wants none.
struct Premises: Sendable {
    struct Person: Sendable {
        let id: UserID
        let token: String
    }

    let database: TestDatabase
    let tenant: Tenant
    let handler: CommandHandler
    let control: TestControl
    let positions: PositionTokens
    let owner: Person
    /// Signs the heads of the log, when a test asks for it.
    let keeper: HeadKeeper
    let heads: HeadFolder
    let headKey: HeadVerifier
    /// The same, as it is published.
    let publicKey: String
    let endpoints: [Endpoint]
    private let client: any TestClientProtocol

    static func run(
        projecting: Bool = true,
        over setup: TestingSetup = .router,
        limits: RequestLimits? = nil,
        logger: Logger? = nil,
        _ body: @Sendable (Premises) async throws -> Void
    ) async throws {
        try await TestDatabase.run { database in
            let control = try await database.control()
            let log = database.log()
            let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            let codec = EventCodec(keyring: keyring)
            let handler = CommandHandler(log: log, codec: codec, logger: database.logger)
            let progress = PositionWatch()
            let reads = ReadModels(pool: database.pool(as: .gateway, size: 2), progress: progress)
            let signer = try HeadSigner(newKeyFor: "example.com/log")
            let headKey = try HeadVerifier(publicKey: signer.publicKey)
            let heads = HeadFolder(path: try database.folder(), verifier: headKey)
            let keeper = HeadKeeper(
                heads: log.heads,
                pool: database.pool(as: .projector),
                folder: heads,
                signer: signer,
                logger: database.logger
            )
            let api = TenantAPI(
                commands: handler,
                reads: reads,
                sessions: control.plane.sessions,
                issuer: control.plane.issuer,
                credentials: control.plane.credentials,
                invites: control.plane.invites,
                cookies: SessionCookies(origin: "http://127.0.0.1"),
                limits: limits,
                masterKey: database.masterKey,
                heads: heads
            )
            let auth = AuthAPI(
                AuthAPI.Configuration(providers: [], cookies: SessionCookies(origin: "http://127.0.0.1")),
                control: control.plane,
                cells: ["main": handler],
                limits: limits,
                masterKey: database.masterKey
            )
            let router = Router<DaybookRequestContext>.daybook()
            TenantAPI.addRoutes(of: ["main": api], to: router)
            auth.addRoutes(to: router)
            HealthRoutes(checks: [HealthRoutes.Check("nothing") { true }], draining: Draining()).add(to: router)
            let app = Application(
                router: router,
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                logger: logger ?? database.logger
            )
            let projector = Projector(
                Projector.Configuration(
                    postgres: database.configuration(as: .projector),
                    partitions: [Partition(0), Partition(1)]
                ),
                log: log,
                codec: codec,
                progress: progress,
                logger: database.logger
            )
            let tenant = try await database.makeTenant()
            try await withThrowingTaskGroup(of: Void.self) { group in
                if projecting { group.addTask { try await projector.run() } }
                let owner = try await newcomer("owner", .owner, in: tenant, handler, control)
                let result: Result<Void, any Error>
                do {
                    try await app.test(setup) { client in
                        let premises = Premises(
                            database: database,
                            tenant: tenant,
                            handler: handler,
                            control: control,
                            positions: PositionTokens(masterKey: database.masterKey),
                            owner: owner,
                            keeper: keeper,
                            heads: heads,
                            headKey: headKey,
                            publicKey: signer.publicKey,
                            endpoints: api.endpoints,
                            client: client
                        )
                        try await body(premises)
                    }
                    result = .success(())
                } catch { result = .failure(error) }
                group.cancelAll()
                try await group.waitForAll()
                try result.get()
            }
        }
    }

    // MARK: People

    func person(_ handle: String, _ role: Role = .member, in tenant: Tenant? = nil) async throws -> Person {
        try await Self.newcomer(handle, role, in: tenant ?? self.tenant, handler, control)
    }

    private static func newcomer(
        _ handle: String,
        _ role: Role,
        in tenant: Tenant,
        _ handler: CommandHandler,
        _ control: TestControl
    ) async throws -> Person {
        let id = UserID()
        let system = CommandContext(caller: Caller(tenant: tenant, actor: .system, user: nil))
        _ = try await handler.handle(
            AddUser(user: id, handle: handle, name: handle.capitalized, role: role),
            in: system
        )
        let token = try await control.open(tenant: tenant, user: id).token
        return Person(id: id, token: token)
    }

    // MARK: Requests

    /// Sends a request. With `body`, as JSON; after a write of `since`, not to be answered with anything older.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        as person: Person? = nil,
        headers: HTTPFields = [:],
        since write: Answer? = nil
    ) async throws -> Answer {
        try await send(
            method,
            path,
            bytes: body.map { ByteBuffer(string: $0) },
            as: person,
            headers: headers,
            since: write
        )
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        bytes: ByteBuffer?,
        as person: Person? = nil,
        headers: HTTPFields = [:],
        since write: Answer? = nil
    ) async throws -> Answer {
        var fields = headers
        if fields[.authorization] == nil, fields[.cookie] == nil {
            fields[.authorization] = "Bearer \((person ?? owner).token)"
        }
        if bytes != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        if let write { fields[.daybookMinPosition] = write.headers[.daybookPosition] }
        let response = try await client.executeRequest(uri: path, method: method, headers: fields, body: bytes)
        let answer = try Answer(status: response.status.code, headers: response.headers, body: response.body)
        try await hold(answer, to: method, path, bytes)
        return answer
    }

    // MARK: The contract

    /// Every answer of every test is held against the contract of the surface, but what breaks inside.
    private func hold(_ answer: Answer, to method: HTTPRequest.Method, _ path: String, _ body: ByteBuffer?) async throws
    {
        guard answer.status != 500 else { return }
        let isInLines = answer.headers[.contentType] == "application/x-ndjson"
        let exchange = ContractReader.Exchange(
            method: method.rawValue,
            path: path,
            // Only what was taken is looked at, and that is JSON.
            request: answer.status < 300 ? try body.map { try JSON($0.readableBytesView) } : nil,
            status: answer.status,
            headers: Dictionary(
                answer.headers.map { ($0.name.canonicalName, $0.value) },
                uniquingKeysWith: { "\($0), \($1)" }
            ),
            // Without the type nil would be JSON's null.
            answer: isInLines ? .array(answer.lines) : answer.text.isEmpty ? JSON?.none : answer.json
        )
        let surface = path.hasPrefix("/auth/") ? "/auth" : "/api"
        for fault in try await contract(of: surface).faults(of: exchange) { Issue.record("\(fault)") }
    }

    /// The contract of a surface, as anybody can read it.
    func contract(of surface: String = "/api") async throws -> ContractReader {
        if let known = Self.known.withLock({ $0[surface] }) { return known }
        let uri = surface + "/openapi.json"
        let response = try await client.executeRequest(uri: uri, method: .get, headers: [:], body: nil)
        let contract = ContractReader(try JSON(response.body.readableBytesView))
        Self.known.withLock { $0[surface] = contract }
        return contract
    }

    /// Read once for all tests: they are the same for each.
    private static let known = Mutex<[String: ContractReader]>([:])

    // MARK: What most tests need

    /// Opens a channel and gives the answer.
    func room(
        _ name: String = "general",
        kind: String = "channel",
        members: [Person] = [],
        as person: Person? = nil
    ) async throws -> Answer {
        let ids = members.map { "\"\($0.id)\"" }.joined(separator: ",")
        return try await send(
            .post,
            "/api/rooms",
            #"{"name":"\#(name)","kind":"\#(kind)","members":[\#(ids)]}"#,
            as: person
        )
    }

    func post(_ body: String, in room: String, as person: Person? = nil) async throws -> Answer {
        try await send(.post, "/api/rooms/\(room)/messages", #"{"body":"\#(body)"}"#, as: person)
    }
}
