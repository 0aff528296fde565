internal import Commands
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections
internal import TransparencyLog

extension TenantAPI {
    /// What auditors show to whoever asked to be forgotten.
    var receiptEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/audit/receipts/{user}",
                "That a user was forgotten, with the proof that the log says so",
                for: .auditors,
                problems: [.noReceipt, .headsAway, .logDiffers],
                limit: .audit,
                handle: receipt
            )
        ]
    }

    private func receipt(_ call: Call) async throws -> Reply<ErasureReceipt> {
        let user: UserID = try call.id("user")
        // Nothing comes after it in the user's stream.
        let last = try await commands.log.read(stream: user.uuid, of: call.tenant, before: .max, limit: 1).first
        guard let last, case .user(_, .forgotten) = try await commands.codec.decode(last).event,
            let key = try await reads.destroyedKey(of: user, in: call.tenant),
            // By the first head that covers it, so that it stays the same receipt.
            let proof = try await proving(
                call,
                { try await $0.inclusion(of: last.position, of: call.tenant, in: last.position) }
            )
        else { throw Problem.noReceipt }
        return Reply(ErasureReceipt(user: "\(user)", key: key.id.text, destroyedAt: "\(key.at)", proof: proof))
    }
}

extension ErasureReceipt: EndpointAnswer {}

extension Problem {
    fileprivate static var noReceipt: Problem {
        .notFound("audit.no_receipt", "there is no such user who was forgotten, or no signed head covers it yet")
    }
}
