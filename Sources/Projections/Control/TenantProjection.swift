internal import EventStore
internal import Events
internal import Postgres

/// Where tenants live, and which may be used.
enum TenantProjection {
    static func writes(_ event: TenantEvent, to tenant: TenantID, at raw: RecordedEvent) -> [Write] {
        func change(_ assignments: SQL) -> [Write] {
            [
                Write(
                    "UPDATE rm.tenants SET \(assignments), version = \(raw.version) WHERE tenant = \(tenant.uuid)",
                    touching: 1,
                    otherwise: "the tenant was never begun"
                )
            ]
        }
        return switch event {
        case .provisioningStarted(let org):
            [
                Write(
                    """
                    INSERT INTO rm.tenants (tenant, org, state, version)
                    VALUES (\(tenant.uuid), \(org.uuid), 'provisioning', \(raw.version))
                    """
                )
            ]
        case .cellAssigned(let cell, let partition): change("cell = \(cell), partition = \(partition)")
        case .activated: change("state = 'active'")
        }
    }
}
