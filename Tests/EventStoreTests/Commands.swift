import EventStore
import Foundation

/// Commands for tests.
enum Commands {
    static let posted = EventType("message_posted", version: 1)

    /// One event to one stream.
    static func post(
        to stream: UUID,
        of tenant: Tenant,
        expecting expected: StreamTouch.Expected = .any,
        guarding guards: [StreamTouch] = [],
        counters: [CounterMove] = [],
        key: [UInt8] = randomBytes(32),
        request: [UInt8] = randomBytes(32),
        answer: [UInt8]? = nil,
        payload: [UInt8] = Array(#"{"body":"hello"}"#.utf8)
    ) -> AppendCommand {
        AppendCommand(
            tenant: tenant.id,
            key: key,
            request: request,
            streams: [StreamTouch(stream, expected)] + guards,
            events: [
                NewEvent(stream: stream, type: posted, payload: payload, metadata: Array(#"{"actor":"ada"}"#.utf8))
            ],
            counters: counters,
            answer: answer
        )
    }
}

func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}
