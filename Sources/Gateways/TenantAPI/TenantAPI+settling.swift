internal import Commands
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import Projections

extension TenantAPI {
    /// How long an answer may wait for the read models.
    private static var patience: Duration { .seconds(2) }

    func run<C: Command>(_ command: C, for call: Call, key: String? = nil) async throws -> CommandResult<C.Answer> {
        try await commands.handle(command, in: call.commandContext(key: key))
    }

    /// Reads once; if nothing is there, once more when the read models hold all that is known to be committed.
    func caughtUp<Value>(_ call: Call, _ read: () async throws -> Value?) async throws -> Value? {
        if let value = try await read() { return value }
        let partition = call.tenant.partition
        let head = commands.log.heads[partition]
        guard reads.progress[partition] < head,
            try await reads.wait(for: call.tenant, past: head, timeout: Self.patience)
        else { return nil }
        return try await read()
    }

    /// The entity as it is after a write, or, should the read models be behind, what is known of it.
    func written<View: EntityAnswer & Encodable, Answer>(
        _ id: String,
        by result: CommandResult<Answer>,
        for call: Call,
        read: () async throws -> View?
    ) async throws -> Reply<Written<View>> {
        let isThere = try await reads.wait(for: call.tenant, past: result.position, timeout: Self.patience)
        let view = isThere ? try await read() : nil
        return Reply(Written(id: id, version: result.version, view: view), position: result.position)
    }

    /// When the stream began: what a repeated request is told again.
    func beginning(of stream: StreamID<some Event>, in tenant: Tenant) async throws -> Timestamp {
        guard let first = try await commands.log.read(stream: stream.uuid, of: tenant, after: 0, limit: 1).first else {
            throw Problem.unavailable("store_unavailable", "a store is behind; send the same request again")
        }
        return Timestamp(microseconds: first.recordedAt)
    }
}
