package import EventStore
package import Events

/// An event of the log as an auditor sees it: where it stands, who did it, and what it says, with personal fields opened.
package struct AuditEntry: Sendable {
    package let raw: RecordedEvent
    /// Nil for an event that this version of the system does not understand.
    package let recorded: Recorded?
    /// Why it is not understood.
    package let fault: String?

    /// Reads what can be read of an event. One that cannot be understood is an entry too: an audit leaves nothing out.
    init(_ raw: RecordedEvent, by codec: EventCodec) async throws {
        let event = try await LogEvent(raw, by: codec)
        self.raw = raw
        switch event.decoded {
        case .success(let recorded):
            self.recorded = recorded
            fault = nil
        case .failure(let poison):
            recorded = nil
            fault = poison.reason
        }
    }

    /// JSON of what it says; nil if it is not understood.
    package func data() throws -> [UInt8]? { try recorded.map { try EventCodec.plainPayload(of: $0.event) } }
}
