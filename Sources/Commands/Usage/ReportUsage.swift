package import Events
package import Foundation

/// Counts what a tenant has used up of a meter that no command counts. For a service, which gives each report a name: the same again
/// changes nothing. It has happened, so it is counted past a hard limit too; what would use more is held against the limit before it begins.
package struct ReportUsage: Command {
    package static let quantities: ClosedRange<Int64> = 1...Int64(Int32.max)
    /// Of what a report is about.
    package static let longestWindow: Duration = .seconds(86_400)
    /// By which a service's clock may be ahead.
    private static let skew: Int64 = 300_000_000

    package static let name = "report_usage"
    package let report: UUID
    package let service: String
    package let meter: Meter
    package let quantity: Int64
    package let from: Timestamp
    package let to: Timestamp
    package let user: UserID?

    package init(
        report: UUID,
        by service: String,
        meter: Meter,
        quantity: Int64,
        from: Timestamp,
        to: Timestamp,
        user: UserID?
    ) {
        self.report = report
        self.service = service
        self.meter = meter
        self.quantity = quantity
        self.from = from
        self.to = to
        self.user = user
    }

    private var event: UsageReportEvent {
        .metered(service: service, meter: meter, quantity: quantity, from: from, to: to, user: user)
    }

    package struct State: Sendable {
        package var report: Loaded<UsageReport>
        /// Nil where nobody is named.
        package var user: Loaded<User>?

        package init(report: Loaded<UsageReport>, user: Loaded<User>?) {
            self.report = report
            self.user = user
        }
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let id = UsageReportID(report, by: service, of: loader.caller.tenant)
        let state = try await loader.load(UsageReport.self, id)
        guard let user else { return State(report: state, user: nil) }
        return State(report: state, user: try await loader.load(User.self, user))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard case .integration(service) = caller.actor, caller.user == nil else { throw .limitNotYours }
        if let known = state.report.state.event {
            guard known == event else { throw .reportReused }
            return Decision()
        }
        guard meter.isReported else { throw .meterIsCounted }
        guard Self.quantities.contains(quantity) else { throw .quantityOutOfRange }
        guard from <= to, to - from <= Self.longestWindow, to.microseconds <= caller.now.microseconds + Self.skew
        else { throw .windowInvalid }
        if let user = state.user { guard user.exists else { throw .userOfReportUnknown } }
        var decision = Decision<Done>()
        decision.append(event, to: state.report.id)
        let counter = UsageCounter.id(of: meter, in: Month(of: caller.now), of: caller.tenant)
        decision.count(counter, by: Int32(quantity), max: .max, else: .quantityOutOfRange)
        return decision
    }
}

/// What a report says, if it was made.
package struct UsageReport: Fold {
    private(set) var event: UsageReportEvent?

    package init() {}

    package mutating func apply(_ event: UsageReportEvent, at place: Place) { self.event = event }
}

extension Refusal {
    fileprivate static let reportReused = Refusal(
        .invalid,
        "usage.report_reused",
        "The service has reported something else under this name."
    )
    fileprivate static let meterIsCounted = Refusal(
        .invalid,
        "usage.meter_not_reported",
        "This meter is counted here and not reported.",
        pointer: "/meter"
    )
    fileprivate static let quantityOutOfRange = Refusal(
        .invalid,
        "usage.quantity_out_of_range",
        "A report is about 1 to \(Int32.max) units.",
        pointer: "/quantity"
    )
    fileprivate static let windowInvalid = Refusal(
        .invalid,
        "usage.window_invalid",
        "A report is about a time that is over, of at most a day, and ends no earlier than it begins.",
        pointer: "/to"
    )
    fileprivate static let userOfReportUnknown = Refusal(
        .invalid,
        "usage.user_unknown",
        "The tenant has no such user.",
        pointer: "/user_id"
    )
}
