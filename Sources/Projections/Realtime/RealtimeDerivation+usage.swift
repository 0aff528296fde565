internal import EventStore
internal import Events

extension RealtimeDerivation {
    /// What a tenant may use, and that it has come to it, is told to those who run it.
    static func limit(_ event: LimitEvent) -> Told {
        switch event {
        case .set(let meter, let limit, let source):
            Told(.limitChanged, nil, .administrators) {
                $0.add("change", "set")
                $0.add("meter", meter.rawValue)
                $0.add("source", source.rawValue)
                $0.add("hard", limit.hard)
                $0.add("soft", limit.soft)
            }
        }
    }

    static func usage(_ event: UsageEvent) -> Told {
        switch event {
        case .budgetAlerted(let meter, let soft, let used, let month):
            Told(.limitChanged, nil, .administrators) {
                $0.add("change", "alerted")
                $0.add("meter", meter.rawValue)
                $0.add("soft", soft)
                $0.add("used", used)
                $0.add("period", "\(month)")
            }
        case .limitReached(let meter, let hard, let used, let month):
            Told(.limitChanged, nil, .administrators) {
                $0.add("change", "reached")
                $0.add("meter", meter.rawValue)
                $0.add("hard", hard)
                $0.add("used", used)
                if let month { $0.add("period", "\(month)") }
            }
        case .limitCleared(let meter, let used):
            Told(.limitChanged, nil, .administrators) {
                $0.add("change", "cleared")
                $0.add("meter", meter.rawValue)
                $0.add("used", used)
            }
        case .billingPeriodClosed(let month, let quantities):
            Told(.billingChanged, nil, .administrators) {
                $0.add("change", "closed")
                $0.add("period", "\(month)")
                $0.add("quantities") { all in
                    for entry in quantities { all.add(entry.meter.rawValue, entry.quantity) }
                }
            }
        }
    }
}
