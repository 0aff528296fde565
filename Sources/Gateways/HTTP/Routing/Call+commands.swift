package import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import HTTPTypes
internal import Hummingbird

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
            traceparent: traceparent
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

    /// A valid W3C trace context; any other is ignored, as its specification has it.
    package var traceparent: String? {
        guard let header = request.headers[.traceparent] else { return nil }
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.prefix(4).map(\.utf8.count) == [2, 32, 16, 2],
            parts.prefix(4).joined().utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            parts[0] != "ff", parts[0] != "00" || parts.count == 4, header.utf8.count <= 512,
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        return header
    }
}
