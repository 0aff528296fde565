internal import EventStore
internal import GatewayHTTP
internal import HTTPTypes
internal import TransparencyLog

extension TenantAPI {
    /// What auditors take home: signed heads of the log, and proofs that hold by them.
    var proofEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/audit/tree-head",
                "The latest signed head of the log that the tenant's events are in",
                for: .auditors,
                handle: treeHead
            ),
            Endpoint(
                .get,
                "/api/audit/proofs/inclusion",
                "That an event stands at a position of the log",
                for: .auditors,
                query: ["position", "size"],
                handle: inclusion
            ),
            Endpoint(
                .get,
                "/api/audit/proofs/consistency",
                "That the log has only grown since it had a size",
                for: .auditors,
                query: ["from", "to"],
                handle: consistency
            ),
        ]
    }

    private struct HeadView: Encodable, Sendable {
        let origin: String
        let size: Int64
        /// Base64, as in the note.
        let root: String
        let note: String

        init(_ signed: SignedTreeHead) {
            origin = signed.head.origin
            size = signed.head.size
            root = signed.head.root.base64
            note = signed.note
        }
    }

    private func treeHead(_ call: Call) async throws -> Reply<HeadView> {
        guard let head = try await proofs?.head(of: call.tenant.partition) else { throw Problem.noHead }
        return Reply(HeadView(head))
    }

    private func inclusion(_ call: Call) async throws -> Reply<InclusionProof> {
        let position = Int64(try call.query.integer("position", in: 1...Int(Int64.max)))
        let size = try call.query.optionalInteger("size", in: 1...Int(Int64.max)).map { Int64($0) }
        guard let proofs else { throw Problem.noHead }
        guard let proof = try await proofs.inclusion(of: position, of: call.tenant, in: size) else {
            throw Problem.notFound(
                "audit.not_provable",
                "no event of the tenant's stands there, or no signed head covers it yet"
            )
        }
        return Reply(proof)
    }

    private func consistency(_ call: Call) async throws -> Reply<ConsistencyProof> {
        let old = Int64(try call.query.integer("from", in: 0...Int(Int64.max)))
        let size = try call.query.optionalInteger("to", in: 1...Int(Int64.max)).map { Int64($0) }
        guard let proofs else { throw Problem.noHead }
        guard let proof = try await proofs.consistency(from: old, to: size, of: call.tenant.partition) else {
            throw Problem.notFound("audit.not_provable", "no signed head covers both sizes")
        }
        return Reply(proof)
    }
}

extension Problem {
    fileprivate static var noHead: Problem { .notFound("audit.no_head", "No head of this log has been signed.") }
}
