package import Events

/// Ends a month, whose quantities no longer change. Each is ended once, one after the other; ending one that is ended changes nothing.
/// For the system.
package struct ClosePeriod: Command {
    package static let name = "close_period"
    package let month: Month
    /// One for each meter.
    package let quantities: [UsageEvent.Quantity]

    package init(month: Month, quantities: [UsageEvent.Quantity]) {
        self.month = month
        self.quantities = quantities
    }

    private enum CodingKeys: String, CodingKey {
        case month
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Usage> { try await loader.loadUsage() }

    package func decide(_ usage: Loaded<Usage>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard caller.actor == .system, caller.actingUser == nil else { throw .limitNotYours }
        guard month.end <= caller.now else { throw .periodNotOver }
        var decision = Decision()
        if let last = usage.state.closedThrough {
            if month <= last { return decision }
            guard month == last.next else { throw .periodOutOfOrder }
        }
        decision.append(.billingPeriodClosed(period: month, quantities: quantities), to: usage.id)
        return decision
    }
}

extension Refusal {
    fileprivate static let periodNotOver = Refusal(.conflict, "billing.period_not_over", "The month is not over.")
    fileprivate static let periodOutOfOrder = Refusal(
        .conflict,
        "billing.period_out_of_order",
        "The month before it is not closed."
    )
}
