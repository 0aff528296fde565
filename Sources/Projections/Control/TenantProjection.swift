internal import EventStore
internal import Events
internal import Foundation
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
        case .activated, .resumed: change("state = 'active'")
        case .suspended: change("state = 'suspended'") + [SessionProjection.over(of: tenant, at: raw)]
        case .deleted:
            change("state = 'deleted'") + [
                SessionProjection.over(of: tenant, at: raw),
                // Whoever was invited goes with whoever was there.
                Write(Keyring.destroying(invitedTo: tenant.uuid, in: raw.tenant)),
                Write(
                    """
                    UPDATE rm.invites SET email = NULL, state = CASE state WHEN 'pending' THEN 'revoked' ELSE state END
                     WHERE tenant = \(tenant.uuid)
                    """
                ),
            ]
        }
    }
}

extension Keyring {
    /// Destroys the keys of everybody's addresses that were invited into a tenant, in the projector's transaction.
    fileprivate static func destroying(invitedTo tenant: UUID, in installation: UUID) -> SQL {
        "SELECT es.destroy_subject_keys(\(installation), i.invite) FROM rm.invites i WHERE i.tenant = \(tenant)"
    }
}
