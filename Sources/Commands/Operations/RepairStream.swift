package import EventStore
package import Events
package import Foundation

/// Has a parked stream projected again, with or without the event that parked it.
package struct RepairStream: Command {
    package static let name = "repair_stream"

    let event: RepairEvent

    /// - Parameters:
    ///   - position: of the event that parked it.
    ///   - operator: who asks for it, 1 to 100 characters.
    package init(retrying stream: UUID, parkedAt position: Position, by operator: String) {
        event = .retried(stream: stream, position: position, by: `operator`)
    }

    /// - Parameters:
    ///   - position: of the event that is not to be projected.
    ///   - reason: 1 to 500 characters.
    package init(of stream: UUID, dropping position: Position, because reason: String, by operator: String) {
        event = .dropped(stream: stream, position: position, reason: reason, by: `operator`)
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Repairs> {
        try await loader.load(Repairs.self, RepairID(of: event.parked))
    }

    package func decide(_ repairs: Loaded<Repairs>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        // Whoever keeps the installation; no user of a tenant.
        guard caller.user == nil else { throw .repairNotAllowed }
        switch event {
        case .retried(_, _, let name): guard PlainText.isLine(name, 1...100) else { throw .operatorInvalid }
        case .dropped(_, _, let reason, let name):
            guard PlainText.isLine(name, 1...100) else { throw .operatorInvalid }
            guard PlainText.isLine(reason, 1...500) else { throw .repairReasonInvalid }
        }
        var decision = Decision()
        decision.append(event, to: repairs.id)
        return decision
    }
}

/// What was done about a stream before: nothing depends on it.
package struct Repairs: Fold {
    package init() {}
    package mutating func apply(_ event: RepairEvent, at place: Place) {}
}

extension Refusal {
    static let repairNotAllowed = Refusal(.forbidden, "repair.not_allowed", "only operators repair streams")
    static let operatorInvalid = Refusal(
        .invalid,
        "repair.operator_invalid",
        "an operator's name is a line of 1 to 100 characters",
        pointer: "/by"
    )
    static let repairReasonInvalid = Refusal(
        .invalid,
        "repair.reason_invalid",
        "a reason is a line of 1 to 500 characters",
        pointer: "/reason"
    )
}
