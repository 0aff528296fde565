package import EventStore
package import Events

/// Writes down where a tenant lives, once it has been placed there.
package struct AssignCell: Command {
    package static let name = "assign_cell"
    package let tenant: TenantID
    package let cell: String
    package let partition: Int32

    package init(tenant: TenantID, cell: String, partition: Partition) {
        self.tenant = tenant
        self.cell = cell
        self.partition = partition.number
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<TenantPlace> {
        try await loader.load(TenantPlace.self, tenant)
    }

    package func decide(_ state: Loaded<TenantPlace>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.exists else { throw .tenantUnknown }
        var decision = Decision<Done>()
        if let cell = state.state.cell {
            guard cell == self.cell, state.state.partition?.number == partition else { throw .tenantPlaced }
            return decision
        }
        decision.append(.cellAssigned(cell: cell, partition: partition), to: tenant)
        return decision
    }
}
