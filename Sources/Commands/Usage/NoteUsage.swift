package import EventStore
package import Events

/// Tells a tenant that what it uses has come to a limit, or is below it again: once for each limit and month, however often and by
/// however many this is asked. For the system.
///
/// `used` was read from the counter in the log, so posting waits for none of this. It may be a moment old; whoever looks again
/// says what has changed since.
package struct NoteUsage: Command {
    package struct State: Sendable {
        package var limits: Loaded<Limits>
        package var usage: Loaded<Usage>

        package init(limits: Loaded<Limits>, usage: Loaded<Usage>) {
            self.limits = limits
            self.usage = usage
        }
    }

    package static let name = "note_usage"
    package let meter: Meter
    package let used: Int64
    /// In which it was read.
    package let month: Month

    package init(meter: Meter, used: Int64, month: Month) {
        self.meter = meter
        self.used = used
        self.month = month
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(limits: try await loader.loadLimits(), usage: try await loader.loadUsage())
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard caller.actor == .system, caller.actingUser == nil else { throw .limitNotYours }
        let limit = state.limits.state.limit(of: meter)
        let alert = state.usage.state.alerts[meter]
        let reached = state.usage.state.reached[meter]
        var decision = Decision()
        // Of a month that is over nothing is told that the next one has taken the place of.
        guard month >= alert?.month ?? month, month >= reached?.month ?? month else { return decision }
        if let soft = limit.soft, used >= soft, alert != Usage.Alert(soft: soft, month: month) {
            let event = UsageEvent.budgetAlerted(meter: meter, soft: soft, used: used, period: month)
            decision.append(event, to: state.usage.id)
        }
        let period = meter.isPeriodic ? month : nil
        if let hard = limit.hard, used >= hard {
            if reached != Usage.Reached(hard: hard, month: period) {
                let event = UsageEvent.limitReached(meter: meter, hard: hard, used: used, period: period)
                decision.append(event, to: state.usage.id)
            }
        } else if reached != nil {
            decision.append(.limitCleared(meter: meter, used: used), to: state.usage.id)
        }
        return decision
    }
}

extension StateLoader {
    /// What the tenant was told, guarded.
    func loadUsage() async throws -> Loaded<Usage> { try await load(Usage.self, UsageID(of: caller.tenant)) }
}
