import EventStore
import Events
import Foundation
import Postgres
import Testing

/// The installation that all crash tests share, since to start seven processes for each would take longer than the tests: two
/// processes of each role, one of which projects and fans out together, a Postgres cluster and a Redis of its own, and the people of two tenants. All of the log is in one
/// partition, so that the tenants get into each other's way as much as they can.
final class Stage: Sendable {
    @TaskLocal static var current: Stage?

    /// The tenant that is nobody's business but zed's.
    static let otherTenant = "other"

    let installation: Installation
    let postgres: PostgresCluster
    let tenantAPIs: [Server]
    let gateways: [Server]
    let projectors: [Server]
    let fanouts: [Server]
    let people: [String: Person]

    /// Each once, whatever it does.
    var servers: [Server] {
        tenantAPIs + gateways + projectors + fanouts.filter { fanout in !projectors.contains { $0 === fanout } }
    }

    init(_ installation: Installation) async throws {
        self.installation = installation
        postgres = try #require(installation.postgres)
        try await installation.tool("tenant", "create", Self.otherTenant, "--owner", "zed")
        let processes = [
            "tenant-api,registrar", "tenant-api,registrar", "realtime", "realtime", "projector", "fanout",
            "projector,fanout",
        ]
        var started: [String: [Server]] = [:]
        try await withThrowingTaskGroup(of: (String, Server).self) { group in
            for roles in processes { group.addTask { (roles, try await installation.serve(roles: roles)) } }
            for try await (roles, server) in group {
                for role in roles.split(separator: ",") { started[String(role), default: []].append(server) }
            }
        }
        (tenantAPIs, gateways) = (started["tenant-api"] ?? [], started["realtime"] ?? [])
        (projectors, fanouts) = (started["projector"] ?? [], started["fanout"] ?? [])
        people = try await Self.cast(installation, tenantAPIs[0])
    }

    private struct User: Codable, Sendable { var handle: String, name: String, role: String }

    /// Ada owns the tenant, hal is a guest, all others of it are members; zed owns the other one.
    private static func cast(_ installation: Installation, _ server: Server) async throws -> [String: Person] {
        let ada = try await installation.token(for: "ada")
        for handle in ["bob", "cyd", "dee", "eve", "fay", "gus", "hal"] {
            let user = User(handle: handle, name: handle, role: handle == "hal" ? "guest" : "member")
            let answer = try await server.post("/api/users", user, as: ada)
            try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        }
        let handles = ["ada", "bob", "cyd", "dee", "eve", "fay", "gus", "hal", "zed"]
        return try await withThrowingTaskGroup(of: Person.self) { group in
            for handle in handles {
                group.addTask { try await person(handle, installation, server) }
            }
            return try await group.reduce(into: [:]) { $0[$1.handle] = $1 }
        }
    }

    private struct Me: Decodable { var id: String }

    private static func person(_ handle: String, _ installation: Installation, _ server: Server) async throws -> Person
    {
        let tenant = handle == "zed" ? otherTenant : Installation.tenant
        let token = try await installation.token(for: handle, of: tenant)
        var id: UserID?
        try await eventually("\(handle) is in the read models") {
            let answer = try await server.get("/api/me", as: token)
            guard answer.status == 200 else { return false }
            id = UserID(try answer.decode(Me.self).id)
            return true
        }
        return Person(handle: handle, id: try #require(id), token: token, tenant: tenant)
    }

    func person(_ handle: String) throws -> Person { try #require(people[handle]) }

    /// Starts whatever a test has left dead.
    func heal() async throws {
        try await postgres.startIfNeeded()
        try await installation.redis.startIfNeeded()
        for server in servers {
            server.resume()
            if !server.isRunning { try await server.start() }
        }
    }

    /// Waits until the read models hold all that is in the log.
    func waitUntilProjected() async throws {
        try await eventually("everything is projected", timeout: .seconds(60)) {
            // Postgres may be on its way back.
            let behind = try? installation.product().execute(
                """
                SELECT count(*) FROM rm.checkpoints c WHERE projection = 'product'
                   AND position < (SELECT max(position) FROM es.events e WHERE e.partition = c.partition)
                """
            ).decode(Int.self)
            return behind == [0]
        }
    }

    /// How often the partition was taken over for `projector` or `fanout`; nil while nobody owns it.
    func epoch(of role: String) throws -> Int64? {
        let projection = role == "projector" ? "product" : "fanout"
        return try installation.product().execute(
            "SELECT lease_epoch FROM rm.checkpoints WHERE projection = \(projection) AND lease_until > clock_timestamp()"
        ).decode(Int64.self).first
    }

    /// The process that owns the partition for `projector` or `fanout`, by what it said when it took it; nil while nobody does.
    func owner(of role: String, among servers: [Server]) throws -> Server? {
        guard let epoch = try epoch(of: role) else { return nil }
        return servers.first { server in
            server.words.split(separator: "\n").contains {
                $0.contains("The \(role) owns the partition") && $0.contains("epoch=\(epoch) ")
            }
        }
    }
}

/// Runs a suite on a stage of its own, which is there before its first test and gone after its last.
struct OnStage: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await Installation.run(ownPostgres: true, settings: ["DAYBOOK_PARTITIONS": "1"]) {
            (installation) async throws in
            let stage = try await Stage(installation)
            try await Stage.$current.withValue(stage) { try await function() }
        }
    }
}

extension Trait where Self == OnStage {
    static var onStage: Self { OnStage() }
}
