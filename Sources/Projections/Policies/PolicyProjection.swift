internal import EventStore
internal import Events
internal import Postgres

/// What operators let a tenant's agents and machines do.
enum PolicyProjection {
    static func writes(_ event: PolicyEvent, at raw: RecordedEvent) -> [Write] {
        let policy = event.policy
        guard let document = policy.document else {
            return [Write("DELETE FROM rm.policies WHERE tenant = \(raw.tenant) AND kind = \(policy.kind.rawValue)")]
        }
        return [
            Write(
                """
                INSERT INTO rm.policies (tenant, kind, policy) VALUES (\(raw.tenant), \(policy.kind.rawValue), \(document))
                ON CONFLICT (tenant, kind) DO UPDATE SET policy = excluded.policy
                """
            )
        ]
    }
}

extension Policy {
    /// As columns hold it; nil for the default one.
    var document: PostgresJSON? {
        switch self {
        case .llm(let policy): policy.map(Self.json)
        case .vm(let policy): policy.map(Self.json)
        case .fsCache(let policy): policy.map(Self.json)
        }
    }

    private static func json(_ policy: some PolicyDocument) -> PostgresJSON {
        do { return PostgresJSON(try JSONWriter.bytes(of: policy)) } catch {
            preconditionFailure("texts, whole numbers and lists of them are JSON: \(error)")
        }
    }
}
