package import Events
package import Foundation

/// Says how much of a meter a tenant may use, as its operators or its plan have it. For the system alone: it is how what the
/// control plane knows comes into the tenant's log. Setting what is set changes nothing.
package struct SetLimit: Command {
    package static let name = "set_limit"
    package let meter: Meter
    package let limit: MeterLimit
    /// Not `tenant`: for that there is `SetOwnLimit`.
    package let source: LimitSource

    package init(meter: Meter, limit: MeterLimit, source: LimitSource) {
        self.meter = meter
        self.limit = limit
        self.source = source
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Limits> { try await loader.loadLimits() }

    package func decide(_ limits: Loaded<Limits>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard caller.actor == .system, caller.actingUser == nil, source != .tenant else { throw .limitNotYours }
        guard limit.isValid else { throw .limitInvalid }
        var decision = Decision()
        guard limits.state.granted(meter) != Limits.Granted(limit: limit, source: source) else { return decision }
        decision.append(.set(meter: meter, limit: limit, source: source), to: limits.id)
        return decision
    }
}

extension StateLoader {
    /// The tenant's limits, guarded. Most tenants have none, and a look for them would cost each command a read: they are taken to
    /// be absent, and the log says if that is wrong.
    package func loadLimits() async throws -> Loaded<Limits> {
        try await loadNew(Limits.self, LimitsID(of: caller.tenant))
    }
}
