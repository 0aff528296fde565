import AuthAPI
import Commands
import ControlAPI
import EventStore
import Events
import Foundation
import GatewayHTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InternalAPI
import Logging
import NIOCore
import OIDC
import OrgsAPI
import Postgres
import Projections
import RealtimeAPI
import Redis
import Sessions
import TenantAPI
import TestSupport
import TransparencyLog

/// All surfaces behind one router, over one tenant with everybody in it who may ask, and another tenant beside.
struct Town: Sendable {
    static let slug = "ours"

    struct Person: Sendable {
        let user: UserID
        let tenant: Tenant
        let token: String
    }

    struct Account: Sendable {
        let account: AccountID
        let email: String
        var token: String
    }

    let control: TestControl
    let commands: CommandHandler
    let log: EventLog
    let reads: ReadModels
    let tenant: Tenant
    let surfaces: [(surface: Surface, endpoints: [Endpoint])]
    /// Paths that the router knows.
    let paths: Set<String>
    let invites: InviteTokens
    let cookies: SessionCookies
    private let client: any TestClientProtocol
    private let signHead: @Sendable () async throws -> Void

    private(set) var people: [Asker: Person] = [:]
    private(set) var accounts: [Asker: Account] = [:]
    private var signers: [Asker: AssertionSigner] = [:]
    /// A member of the tenant who asks for nothing, and who has been forgotten.
    private(set) var eve = UserID()
    private(set) var forgotten = UserID()
    /// Where everybody of the tenant is but the outsider.
    private(set) var place = Place(room: RoomID(), message: MessageID())
    /// A channel where eve is alone, and a private room of hers.
    private(set) var channel = Place(room: RoomID(), message: MessageID())
    private(set) var closet = Place(room: RoomID(), message: MessageID())
    /// The name of a queue of each, and its cursor.
    private(set) var queues: [Asker: (queue: String, cursor: String)] = [:]
    private(set) var evesQueue = (queue: "", cursor: "")
    private(set) var onboarding = ""
    private(set) var accountSession = ""

    struct Place: Sendable {
        let room: RoomID
        let message: MessageID
    }

    static func run(_ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await TestRedis.lend { redis in
            try await TestDatabase.run { database in
                try await start(database, redis, body)
            }
        }
    }

    private static func start(
        _ database: TestDatabase,
        _ redis: RedisConfiguration,
        _ body: @escaping @Sendable (Town) async throws -> Void
    ) async throws {
        let control = try await database.control()
        let log = database.log(reader: .gateway)
        let codec = EventCodec(keyring: Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender)))
        let commands = CommandHandler(log: log, codec: codec, logger: database.logger)
        let progress = PositionWatch()
        let reads = ReadModels(pool: database.pool(as: .gateway, size: 2), progress: progress)
        let cookies = SessionCookies(origin: "https://daybook.example")
        let signer = try HeadSigner(newKeyFor: "example.com/log")
        let heads = HeadFolder(path: try database.folder(), verifier: try HeadVerifier(publicKey: signer.publicKey))
        let keeper = HeadKeeper(
            heads: log.heads,
            pool: database.pool(as: .projector),
            folder: heads,
            signer: signer,
            logger: database.logger
        )
        let tenantAPI = TenantAPI(
            commands: commands,
            reads: reads,
            sessions: control.plane.sessions,
            issuer: control.plane.issuer,
            credentials: control.plane.credentials,
            invites: control.plane.invites,
            cookies: cookies,
            limits: nil,
            masterKey: database.masterKey,
            heads: heads
        )
        let realtime = RealtimeAPI(
            .init(redis: redis, cookies: cookies, limits: nil),
            log: log,
            codec: codec,
            reads: reads,
            sessions: control.plane.sessions,
            positions: PositionTokens(masterKey: database.masterKey),
            masterKey: database.masterKey,
            logger: database.logger
        )
        let auth = AuthAPI(
            .init(providers: [], cookies: cookies),
            control: control.plane,
            cells: ["main": commands],
            limits: nil,
            masterKey: database.masterKey
        )
        let orgs = OrgsAPI(
            control: control.plane,
            cells: ["main": commands],
            cookies: cookies,
            limits: nil,
            masterKey: database.masterKey
        )
        let operating = ControlAPI(
            control: control.plane,
            cookies: cookies,
            limits: nil,
            masterKey: database.masterKey,
            grace: .seconds(3600)
        )
        let services = ServiceStore(commands: control.plane.handler, audience: cookies.origin)
        let internals = InternalAPI(
            control: control.plane,
            cells: ["main": commands],
            services: services,
            cookies: cookies,
            limits: nil
        )
        let router = Router<DaybookRequestContext>.daybook()
        TenantAPI.addRoutes(of: ["main": tenantAPI], to: router)
        RealtimeAPI.addRoutes(of: ["main": realtime], to: router)
        auth.addRoutes(to: router)
        orgs.addRoutes(to: router)
        operating.addRoutes(to: router)
        internals.addRoutes(to: router)

        let tenant = try await database.makeTenant()
        let other = try await database.makeTenant(partition: tenant.partition)
        let projector = Projector(
            .init(postgres: database.configuration(as: .projector), partitions: [tenant.partition]),
            log: log,
            codec: codec,
            progress: progress,
            logger: database.logger
        )
        let fanout = Fanout(
            .init(postgres: database.configuration(as: .projector), redis: redis, partitions: [tenant.partition]),
            log: log,
            codec: codec,
            progress: progress,
            logger: database.logger
        )
        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            // They end by being cancelled; what else ends them shows as reads that never catch up.
            group.addTask { try? await projector.run() }
            group.addTask { try? await fanout.run() }
            for service in realtime.services { group.addTask { try? await service.run() } }
            let result: Result<Void, any Error>
            do {
                let paths = Set(router.routes.map { "\($0.path)" })
                try await Application(router: router, logger: database.logger).test(.router) { client in
                    var town = Town(
                        control: control,
                        commands: commands,
                        log: log,
                        reads: reads,
                        tenant: tenant,
                        surfaces: [
                            (TenantAPI.surface, tenantAPI.endpoints), (RealtimeAPI.surface, realtime.endpoints),
                            (AuthAPI.surface, auth.endpoints), (OrgsAPI.surface, orgs.endpoints),
                            (ControlAPI.surface, operating.endpoints), (InternalAPI.surface, internals.endpoints),
                        ],
                        paths: paths,
                        invites: InviteTokens(masterKey: database.masterKey),
                        cookies: cookies,
                        client: client,
                        signHead: { _ = try await keeper.sign(tenant.partition) }
                    )
                    try await town.settle(beside: other)
                    try await body(town)
                }
                result = .success(())
            } catch { result = .failure(error) }
            group.cancelAll()
            return result
        }
        await realtime.close()
        try result.get()
    }

    // MARK: Who lives here

    private mutating func settle(beside other: Tenant) async throws {
        try await control.register(tenant, as: Self.slug)
        let roles: [(Asker, Role, Tenant)] = [
            (.owner, .owner, tenant), (.guest, .guest, tenant), (.member, .member, tenant),
            (.outsider, .member, tenant), (.admin, .admin, tenant), (.auditor, .auditor, tenant),
            (.deactivated, .member, tenant), (.ended, .member, tenant), (.stranger, .owner, other),
            (.strangeAuditor, .auditor, other),
        ]
        for (asker, role, tenant) in roles {
            people[asker] = try await session(of: try await user(role, in: tenant), in: tenant)
        }
        people[.unknown] = try await session(of: UserID(), in: tenant)
        try await perform(DeactivateUser(user: id(.deactivated)))
        let ended = try await control.open(tenant: tenant, user: id(.ended))
        people[.ended] = Person(user: id(.ended), tenant: tenant, token: ended.token)
        try await control.plane.issuer.close(ended.id)

        eve = try await user(.member)
        forgotten = try await user(.member)
        try await perform(DeactivateUser(user: forgotten))
        try await perform(ForgetUser(user: forgotten, reason: .personAsked))
        place = try await self.place()
        channel = try await place(.channel, of: [eve])
        closet = try await place(.private, of: [eve])

        for asker in [Asker.account, .otherAccount, .endedAccount, .operator, .viewer, .endedOperator] {
            accounts[asker] = try await account()
        }
        for (asker, role) in [(Asker.operator, OperatorRole.operator), (.viewer, .viewer), (.endedOperator, .operator)]
        {
            try await control.run(GrantOperator(to: accounts[asker]!.account, as: role))
        }
        try await control.run(RevokeOperator(of: accounts[.endedOperator]!.account))
        try await settleServices()
        let mine = accounts[.account]!
        let invite = try await invite(mine.email)
        try await control.run(AcceptInvite(invite: invite, account: mine.account, user: id(.owner)))
        let gone = try await accountSession(of: .endedAccount)
        accounts[.endedAccount]?.token = gone.token
        try await control.plane.issuer.close(gone.id)
        onboarding = try await startOnboarding(by: mine.account)
        accountSession = "\(try await accountSession(of: .account).id)"
        try await control.isProjected()
        try await caughtUp()
        try await signHead()
        evesQueue = try await queue(of: try await session(of: eve, in: tenant).token)
        for asker in Asker.inTenants { queues[asker] = try await queue(of: people[asker]!.token) }
    }

    private mutating func settleServices() async throws {
        for asker in Asker.services {
            let (name, signer, key) = (Self.name(ofService: asker), AssertionSigner(), CredentialID())
            let scopes: Set = asker == .narrowService ? [ServiceScope.usageWrite] : Set(ServiceScope.allCases)
            try await control.run(GrantService(name, scopes: scopes))
            try await control.run(AddServiceKey(to: name, key: key, jwk: signer.publicJWK, expiresAt: nil))
            if asker == .revokedService { try await control.run(RevokeServiceKey(of: name, key: key)) }
            signers[asker] = signer
        }
    }

    private static func name(ofService asker: Asker) -> String { asker.rawValue.replacing(" ", with: "-") }

    /// Nil for whoever sends none.
    func token(of asker: Asker) throws -> String? {
        if let signer = signers[asker] {
            return try signer.sign(
                type: ServiceStore.tokenType,
                owner: Self.name(ofService: asker),
                audience: cookies.origin,
                lifetime: .seconds(300)
            )
        }
        switch asker {
        case .nobody: return nil
        case .garbage: return "dbk_" + String(repeating: "A", count: 43)
        default: return people[asker]?.token ?? accounts[asker]?.token
        }
    }

    /// What nobody of another tenant, and no account without one, may ever be told.
    var secrets: [UUID] {
        [tenant.id, eve.uuid, forgotten.uuid, accounts[.account]!.account.uuid]
            + [place, channel, closet].flatMap { [$0.room.uuid, $0.message.uuid] }
            + people.values.filter { $0.tenant == tenant }.map(\.user.uuid)
    }

    func id(_ asker: Asker) -> UserID { people[asker]!.user }

    /// The asker's own identifier in the tenant; that of somebody else for who is none of its users.
    func own(_ asker: Asker) -> UserID {
        guard let person = people[asker], person.tenant == tenant, asker != .unknown else { return eve }
        return person.user
    }

    func user(_ role: Role, kind: UserEvent.Kind = .person, in tenant: Tenant? = nil) async throws -> UserID {
        let id = UserID()
        try await perform(
            AddUser(user: id, handle: "u\(id.uuid.text)", name: "Somebody", kind: kind, role: role),
            in: tenant
        )
        return id
    }

    func issueSecret(to agent: UserID) async throws -> (id: CredentialID, secret: String) {
        let issued = try await control.plane.credentials.issueSecret(
            to: .init(tenant: tenant, user: agent),
            label: "test",
            expiresAt: nil,
            by: .system
        )
        return (issued.0, issued.secret)
    }

    /// A token of the tenant's owner that is good for this alone.
    func scoped(to scopes: [TokenScope], by credential: CredentialID) async throws -> String {
        try await control.plane.issuer.open(
            SessionID(),
            agent: .init(tenant: tenant, user: id(.owner)),
            credential: credential,
            scopes: scopes,
            lifetime: .seconds(600),
            label: "test"
        ).token
    }

    func session(of user: UserID, in tenant: Tenant) async throws -> Person {
        Person(user: user, tenant: tenant, token: try await control.open(tenant: tenant, user: user).token)
    }

    /// A room with a message, which the first of them opens and says; by default the owner's, with all who may be in one.
    func place(_ kind: RoomEvent.Kind = .private, of members: [UserID]? = nil) async throws -> Place {
        let members = members ?? [id(.owner), id(.admin), id(.member), id(.guest), eve]
        let room = RoomID()
        try await perform(
            CreateRoom(room: room, kind: kind, name: "general", members: Array(members.dropFirst())),
            by: members[0]
        )
        return Place(room: room, message: try await message(in: room, by: members[0]))
    }

    func message(in room: RoomID, by author: UserID) async throws -> MessageID {
        let message = MessageID()
        try await perform(PostMessage(message: message, room: room, body: "hello"), by: author)
        return message
    }

    @discardableResult
    func perform<C: Command>(_ command: C, by user: UserID? = nil, in tenant: Tenant? = nil) async throws -> Position {
        let caller = Caller(tenant: tenant ?? self.tenant, actor: user.map { .user($0) } ?? .system, user: user)
        return try await commands.handle(command, in: CommandContext(caller: caller)).position
    }

    /// Until the read models hold everything.
    func caughtUp() async throws {
        let head = try await log.currentHeads()[tenant.partition] ?? 0
        guard try await reads.wait(for: tenant, past: head, timeout: .seconds(60)) else {
            throw TownError(what: "the projector is behind")
        }
    }

    // MARK: Accounts

    /// Somebody who has logged in, and whose address has been vouched for.
    func account() async throws -> Account {
        let email = "\(UUID().text)@example.com"
        let account = try await control.run(
            LogIn(
                issuer: "https://id.example.com",
                subject: UUID().uuidString,
                name: "Ada",
                email: email,
                emailIsVerified: true
            )
        ).answer.account
        return Account(account: account, email: email, token: try await open(account).token)
    }

    private func open(_ account: AccountID) async throws -> (id: SessionID, token: String) {
        let opened = try await control.plane.issuer.open(
            account: account,
            lifetimes: .fixed(.seconds(600)),
            label: "test"
        )
        return (opened.id, opened.token)
    }

    func accountSession(of asker: Asker) async throws -> (id: SessionID, token: String) {
        try await open(accounts[asker]!.account)
    }

    /// One that somebody can log in by, besides the one that they have come by.
    func furtherIdentity(of asker: Asker) async throws -> IdentityID {
        let (issuer, subject) = ("https://id.example.com", UUID().uuidString)
        let account = accounts[asker]!.account
        let session = try await accountSession(of: asker).id
        try await control.run(LinkIdentity(issuer: issuer, subject: subject, account: account, session: session))
        return IdentityID(issuer: issuer, subject: subject)
    }

    /// Of a session whose person has logged in an hour ago; of the owner one in the tenant, which came from it.
    func staleToken(of asker: Asker) async throws -> String {
        let person: Asker = asker == .owner ? .account : asker
        let login = SessionEvent.Login(
            provider: "dev",
            identity: try await furtherIdentity(of: person),
            session: nil,
            authenticatedAt: Timestamp(microseconds: Timestamp.now.microseconds - 3_600_000_000)
        )
        let issuer = control.plane.issuer
        let lifetimes = SessionIssuer.Lifetimes.fixed(.seconds(600))
        let own = try await issuer.open(
            account: accounts[person]!.account,
            by: login,
            lifetimes: lifetimes,
            label: "test"
        )
        guard asker == .owner else { return own.token }
        return try await issuer.open(
            tenant: tenant,
            user: people[.owner]!.user,
            from: own.id,
            lifetimes: lifetimes,
            label: "test"
        ).token
    }

    func invite(_ email: String) async throws -> InviteID {
        try await control.run(
            MakeInvite(invite: InviteID(), tenant: TenantID(tenant.id), email: email, role: .member, by: nil)
        ).answer.invite
    }

    /// An organization of nobody's, to do things with.
    func foundedOrg() async throws -> OrgID {
        let (org, tenant) = (OrgID(), TenantID())
        let slug = "org-\(UUID().text)"
        try await control.run(FoundOrg(org: org, tenant: tenant, slug: slug, name: slug))
        try await control.run(AssignCell(tenant: tenant, cell: "main", partition: self.tenant.partition))
        try await control.run(ActivateTenant(tenant: tenant))
        try await control.isProjected()
        return org
    }

    func startOnboarding(by account: AccountID) async throws -> String {
        let slug = "org-\(UUID().text)"
        let caller = Caller(tenant: .installation, actor: .account(account), user: nil)
        let command = StartOnboarding(
            onboarding: OnboardingID(),
            org: OrgID(),
            tenant: TenantID(),
            account: account,
            slug: slug,
            name: slug
        )
        let result = try await control.plane.handler.handle(command, in: CommandContext(caller: caller))
        try await control.isProjected()
        return "\(result.answer.onboarding)"
    }

    // MARK: Requests

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String

        /// Null for what is no JSON.
        var json: JSON { (try? JSON(text.utf8)) ?? .null }

        /// The problem's code, or that of a page.
        var code: String? {
            switch headers[.contentType] {
            case "application/problem+json": json["code"].text
            case "text/html; charset=utf-8": text.firstMatch(of: #/data-code="([^"]*)"/#).map { String($0.1) }
            default: nil
            }
        }
    }

    func send(_ request: Request, _ headers: HTTPFields) async throws -> Answer {
        var headers = headers
        if request.body != nil { headers[.contentType] = request.type }
        let response = try await client.executeRequest(
            uri: request.path,
            method: request.method,
            headers: headers,
            body: request.body.map { ByteBuffer(string: $0) }
        )
        return Answer(
            status: response.status.code,
            headers: response.headers,
            text: String(buffer: response.body)
        )
    }

    func queue(of token: String) async throws -> (queue: String, cursor: String) {
        let answer = try await send(
            Request(.post, "/realtime/queues", #"{"initial_state":[]}"#),
            [.authorization: "Bearer \(token)"]
        )
        guard let queue = answer.json["queue_id"].text, let cursor = answer.json["cursor"].text else {
            throw TownError(what: "no queue: \(answer.text)")
        }
        return (queue, cursor)
    }
}

struct TownError: Error { let what: String }
