package import EventStore
package import Events
internal import Postgres

/// What operators let a tenant's agents and machines do.
package struct PoliciesView: Codable, Sendable, Equatable {
    package var llm: LLMPolicy
    package var vm: VMPolicy
    package var fsCache: FSCachePolicy

    private enum CodingKeys: String, CodingKey {
        case llm, vm
        case fsCache = "fs_cache"
    }
}

extension ReadModels {
    /// With the defaults where nothing was said.
    package func policies(in tenant: Tenant) async throws -> PoliciesView {
        let documents = try await read(
            ["SELECT kind, policy FROM rm.policies WHERE tenant = \(tenant.id)"],
            in: tenant
        ) { (results) throws(PostgresError) in
            try results[0].decode((String, PostgresJSON).self).map { ($0, $1) }
        }
        func document<P: PolicyDocument>(_ kind: P.Type) throws -> P {
            guard let json = documents.first(where: { $0.0 == P.kind.rawValue })?.1 else { return .standard }
            return try JSONReader.value(P.self, of: json.bytes)
        }
        return PoliciesView(
            llm: try document(LLMPolicy.self),
            vm: try document(VMPolicy.self),
            fsCache: try document(FSCachePolicy.self)
        )
    }
}
