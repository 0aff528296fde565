package import EventStore
package import Events

/// What the control log says of tenants, for whoever cannot wait for a read model.
package struct TenantRegistry: Sendable {
    package struct Entry: Sendable, Equatable {
        package let org: OrgID
        package let tenant: TenantID
        package let isActive: Bool
        /// Nil until it has a place, and so is its cell.
        package let place: Tenant?
        package let cell: String?
    }

    private let reader: StreamReader

    /// - Parameter handler: over the control log.
    package init(_ handler: CommandHandler) {
        reader = StreamReader(log: handler.log, codec: handler.codec)
    }

    /// The tenant of the organization that has this name, such as `demo`.
    package func tenant(named slug: String) async throws -> Entry? {
        guard case .org(let org) = try await state(HeldName.self, NameID(slug: slug)).holder,
            let tenant = try await state(Org.self, org).tenant
        else { return nil }
        let place = try await state(TenantPlace.self, tenant)
        return Entry(
            org: org,
            tenant: tenant,
            isActive: place.isActive,
            place: place.partition.map { Tenant(id: tenant.uuid, partition: $0) },
            cell: place.cell
        )
    }

    private func state<S: Fold>(_ kind: S.Type, _ id: StreamID<S.Vocabulary>) async throws -> S {
        let stream = try await reader.advance(FoldedStream(state: S()), by: kind, id, of: .installation)
        guard let state = stream.state as? S else { preconditionFailure("a stream is folded by its kind") }
        return state
    }
}
