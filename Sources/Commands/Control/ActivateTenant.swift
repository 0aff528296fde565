package import Events

/// Opens a tenant to its users, now that it has a place.
package struct ActivateTenant: Command {
    package static let name = "activate_tenant"
    package let tenant: TenantID

    package init(tenant: TenantID) { self.tenant = tenant }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<TenantPlace> {
        try await loader.load(TenantPlace.self, tenant)
    }

    package func decide(_ state: Loaded<TenantPlace>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.exists, state.state.partition != nil else { throw .tenantUnknown }
        var decision = Decision<Done>()
        if !state.state.isOpened { decision.append(.activated, to: tenant) }
        return decision
    }
}
