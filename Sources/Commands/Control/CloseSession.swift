package import Events

/// Ends a session, and with it those that were opened from it. One that is over already stays as it is.
package struct CloseSession: Command {
    package static let name = "close_session"
    package let session: SessionID
    package let reason: SessionEvent.End

    package init(session: SessionID, reason: SessionEvent.End) {
        self.session = session
        self.reason = reason
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<SessionLife> {
        try await loader.load(SessionLife.self, session)
    }

    package func decide(
        _ state: Loaded<SessionLife>,
        for caller: Caller
    ) throws(Refusal) -> Decision<CloseSession.Answer> {
        guard state.exists else { throw .sessionUnknown }
        var decision = Decision(Answer(wasOpen: state.state.isOpen))
        if state.state.isOpen { decision.append(.closed(reason: reason), to: session) }
        return decision
    }

    package struct Answer: Codable, Sendable, Equatable {
        package var wasOpen: Bool
    }
}
