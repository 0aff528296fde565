import Foundation
import Postgres
import Redis

/// What can befall an installation.
struct Faults: Sendable {
    /// Each leaves everything running again.
    enum Kind: String, CaseIterable, Sendable {
        case tenantAPI, gateway, projector, fanout, zombie, backends, flush, redis, postgres, deployment
    }

    let stage: Stage

    func strike(_ kind: Kind, _ dice: inout Dice) async throws {
        switch kind {
        case .tenantAPI: try await kill(dice.pick(stage.tenantAPIs))
        case .gateway: try await kill(dice.pick(stage.gateways))
        case .projector: try await killOwner(of: "projector", among: stage.projectors)
        case .fanout: try await killOwner(of: "fanout", among: stage.fanouts)
        case .zombie: try await holdOwners()
        case .backends: try await terminateBackends()
        case .flush: try await flush()
        case .redis: try await restartRedis()
        case .postgres: try await restartPostgres()
        case .deployment: try await replace(dice.pick(stage.servers))
        }
    }

    /// Ends a process at whatever instruction it is, and starts it again after a while.
    func kill(_ server: Server?) async throws {
        guard let server else { return }
        try await server.alone {
            await server.kill()
            try await Task.sleep(for: .milliseconds(300))
            try await server.start(waiting: false)
        }
    }

    /// Ends the process that owns the partition. The other one takes it over.
    private func killOwner(of role: String, among servers: [Server]) async throws {
        try await kill(owner(of: role, among: servers))
    }

    private func owner(of role: String, among servers: [Server]) async throws -> Server {
        var owner: Server?
        try await eventually("some \(role) owns the partition", timeout: .seconds(30)) {
            // Postgres may be on its way back.
            owner = try? stage.owner(of: role, among: servers)
            return owner != nil
        }
        guard let owner else { throw NeverSo(what: "some \(role) owns the partition") }
        return owner
    }

    /// Holds each owner until another process has taken over, and then lets it go on where it was, which it must find out to be
    /// no longer its own. One after the other: both may be the same process, or the other's only deputy.
    private func holdOwners() async throws {
        for (role, servers) in [("projector", stage.projectors), ("fanout", stage.fanouts)] {
            var held: Int64?
            // Postgres may be on its way back, here and there.
            try await eventually("the epoch of the \(role) is known", timeout: .seconds(30)) {
                held = try? stage.epoch(of: role)
                return held != nil
            }
            let owner = try await owner(of: role, among: servers)
            owner.pause()
            // By the epoch: the same process may have been ended and started again meanwhile, and be the next owner.
            try await eventually("the \(role)'s partition is taken over", timeout: .seconds(30)) {
                guard let held, let epoch = try? stage.epoch(of: role) else { return false }
                return epoch > held
            }
            owner.resume()
        }
    }

    /// Breaks every connection that Daybook has, at least one: as soon as Postgres is there, should it be away just now.
    private func terminateBackends() async throws {
        let sql: SQL = """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE usename LIKE 'daybook%' AND pid <> pg_backend_pid()
            """
        try await eventually("backends are terminated", timeout: .seconds(30)) {
            // Away: it is on its way back.
            (try? stage.installation.product().execute(sql).count) ?? 0 > 0
        }
    }

    /// Loses all that Redis holds, as soon as it is there to lose it.
    private func flush() async throws {
        try await eventually("Redis is flushed", timeout: .seconds(30)) {
            // Away: it is on its way back.
            (try? await stage.installation.redis.send(RedisCommand("FLUSHALL"))) != nil
        }
    }

    /// Lets a process end in its own good time, and starts it again.
    private func replace(_ server: Server?) async throws {
        guard let server else { return }
        try await server.alone {
            await server.terminate()
            try await server.start(waiting: false)
        }
    }

    private func restartRedis() async throws {
        await stage.installation.redis.kill()
        try await Task.sleep(for: .milliseconds(500))
        try await stage.installation.redis.start()
    }

    private func restartPostgres() async throws {
        await stage.postgres.kill()
        try await Task.sleep(for: .milliseconds(500))
        try await stage.postgres.start()
    }
}
