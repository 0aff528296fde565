package import Events

/// The limits of a tenant, as decisions need them. A tenant of which nothing was set has none.
package struct Limits: Fold {
    package struct Granted: Sendable, Equatable {
        package var limit: MeterLimit
        package var source: LimitSource
    }

    /// What the operators let the tenant have.
    private var granted: [Meter: Granted] = [:]
    /// What its owners allow themselves.
    private var own: [Meter: MeterLimit] = [:]

    package init() {}

    package mutating func apply(_ event: LimitEvent, at place: Place) {
        switch event {
        case .set(let meter, let limit, .tenant): own[meter] = limit
        case .set(let meter, let limit, let source): granted[meter] = Granted(limit: limit, source: source)
        }
    }

    package func granted(_ meter: Meter) -> Granted {
        granted[meter] ?? Granted(limit: .unlimited, source: .default)
    }

    package func own(_ meter: Meter) -> MeterLimit { own[meter] ?? .unlimited }

    /// What holds: of both sides the lower bound each.
    package func limit(of meter: Meter) -> MeterLimit { granted(meter).limit.lowest(own(meter)) }
}
