package import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Observability

extension Call {
    /// What surrounds a command that this request asks for: the caller, the client's key and condition, the trace.
    ///
    /// - Parameter key: the key if the request has no `Idempotency-Key`.
    package func commandContext(key: String? = nil) throws(Problem) -> CommandContext {
        CommandContext(
            caller: Caller(tenant: tenant, actor: .user(user), user: user),
            idempotencyKey: try idempotencyKey() ?? key,
            ifMatch: try request.ifMatch(),
            correlation: UUID(text: context.requestID),
            traceparent: context.trace?.text,
            requestID: context.requestID
        )
    }

    /// 1 to 255 printable ASCII characters, 400 for anything else; nil if the client sent none.
    package func idempotencyKey() throws(Problem) -> String? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .badRequest("bad_idempotency_key", "Idempotency-Key must be 1 to 255 printable ASCII characters")
        }
        return key
    }
}
