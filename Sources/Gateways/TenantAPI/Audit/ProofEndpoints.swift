internal import EventStore
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import Logging
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
                problems: [.noHead, .headsAway],
                limit: .audit,
                handle: treeHead
            ),
            Endpoint(
                .get,
                "/api/audit/proofs/inclusion",
                "That an event stands at a position of the log",
                for: .auditors,
                query: [.provenPosition, .size],
                problems: [.missingQuery(.provenPosition), .noHead, .notProvable, .headsAway, .logDiffers],
                limit: .audit,
                handle: inclusion
            ),
            Endpoint(
                .get,
                "/api/audit/proofs/consistency",
                "That the log has only grown since it had a size",
                for: .auditors,
                query: [.oldSize, .size],
                problems: [.missingQuery(.oldSize), .noHead, .notProvable, .headsAway, .logDiffers],
                limit: .audit,
                handle: consistency
            ),
        ]
    }

    struct TreeHeadView: Codable, EndpointAnswer {
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

    private func treeHead(_ call: Call) async throws -> Reply<TreeHeadView> {
        guard let head = try await proving(call, { try await $0.head(of: call.tenant.partition) }) else {
            throw Problem.noHead
        }
        return Reply(TreeHeadView(head))
    }

    private func inclusion(_ call: Call) async throws -> Reply<InclusionProof> {
        guard let position = try call.query.integer(.provenPosition) else {
            throw Problem.missingQuery(.provenPosition)
        }
        let size = try call.query.integer(.size).map { Int64($0) }
        guard proofs != nil else { throw Problem.noHead }
        let proof = try await proving(call) { try await $0.inclusion(of: Int64(position), of: call.tenant, in: size) }
        guard let proof else { throw Problem.notProvable }
        return Reply(proof)
    }

    private func consistency(_ call: Call) async throws -> Reply<ConsistencyProof> {
        guard let old = try call.query.integer(.oldSize) else { throw Problem.missingQuery(.oldSize) }
        let size = try call.query.integer(.size).map { Int64($0) }
        guard proofs != nil else { throw Problem.noHead }
        let proof = try await proving(call) {
            try await $0.consistency(from: Int64(old), to: size, of: call.tenant.partition)
        }
        guard let proof else { throw Problem.notProvable }
        return Reply(proof)
    }

    /// Nil where no heads are kept.
    func proving<Proof>(_ call: Call, _ prove: (LogProofs) async throws -> Proof?) async throws -> Proof? {
        do {
            guard let proofs else { return nil }
            return try await prove(proofs)
        } catch let failure as ProofFailure {
            call.context.logger.error("nothing is proved", metadata: ["failure": "\(failure)"])
            switch failure {
            case .headsAway: throw Problem.headsAway
            case .logDiffers: throw Problem.logDiffers
            }
        }
    }
}

extension InclusionProof: EndpointAnswer {}
extension ConsistencyProof: EndpointAnswer {}

extension Problem {
    fileprivate static var noHead: Problem { .notFound("audit.no_head", "no head of this log has been signed") }
    static var headsAway: Problem { .unavailable("heads_unavailable", "the signed heads cannot be read now") }
    static var logDiffers: Problem {
        .unavailable(
            "log_differs_from_head",
            "the log is not what its signed head was signed for: whoever runs it has to look",
            retryAfterSeconds: 60
        )
    }
    fileprivate static var notProvable: Problem {
        .notFound("audit.not_provable", "there is no such event of the tenant's, or no signed head covers it yet")
    }
}
