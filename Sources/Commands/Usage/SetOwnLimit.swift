package import Events

/// Says how much of a meter the tenant allows itself, within what the operators grant it. For owners. Both bounds nil: nothing of
/// their own.
///
/// Should operators grant less later on, the lower one holds.
package struct SetOwnLimit: Command {
    package struct State: Sendable {
        package var me: Loaded<User>?
        package var limits: Loaded<Limits>

        package init(me: Loaded<User>?, limits: Loaded<Limits>) {
            self.me = me
            self.limits = limits
        }
    }

    package static let name = "set_own_limit"
    package let meter: Meter
    package let limit: MeterLimit

    package init(meter: Meter, limit: MeterLimit) {
        self.meter = meter
        self.limit = limit
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(me: try await loader.loadCaller(), limits: try await loader.loadLimits())
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        guard standing.ruleOwners else { throw .ownerRequiredForLimits }
        guard limit.isValid else { throw .limitInvalid }
        let limits = state.limits.state
        if let hard = limit.hard, let granted = limits.granted(meter).limit.hard, hard > granted {
            throw .limitAboveGranted
        }
        var decision = Decision()
        guard limits.own(meter) != limit else { return decision }
        decision.append(.set(meter: meter, limit: limit, source: .tenant), to: state.limits.id)
        return decision
    }
}

extension Refusal {
    fileprivate static let ownerRequiredForLimits = Refusal(
        .forbidden,
        "role.owner_required",
        "Only an owner may set the organization's own limits."
    )
}
