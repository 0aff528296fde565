/// How much of something is let through: `limit` at once, and as much again spread over each `window`.
///
/// What is used up comes back evenly, a unit every `window / limit`. So over any span of time no more gets through than
/// `limit * (1 + span / window)`, rounded down: the rule is exact, needs two numbers per subject, and tells whoever is
/// refused the moment from which it will be let through. A counter of two weighted windows, the other usual way, needs
/// as many and allows twice the limit within one window too, but only guesses that moment; a log of all requests would
/// hold the window exactly and grow with the limit.
package struct RateRule: Sendable, Hashable {
    /// What clients see in `RateLimit-Policy`, and a part of the key: two rules of one name share nothing unless they
    /// are equal.
    package let name: String
    package let limit: Int
    package let window: Duration

    let windowMS: Int

    /// - Parameters:
    ///   - name: of ASCII letters, digits, `-`, `_`, `.` and `/`.
    ///   - limit: at least 1.
    ///   - window: at least a second and a whole number of milliseconds.
    package init(name: String, limit: Int, window: Duration) {
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./".utf8.contains(byte)
            }
        }
        precondition(!name.isEmpty && isName, "a rule's name is written in a header field")
        precondition(limit >= 1, "a rule that lets nothing through is a refusal")
        let (seconds, attoseconds) = window.components
        precondition(window >= .seconds(1) && attoseconds % 1_000_000_000_000_000 == 0, "a window is at least a second")
        let windowMS = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        precondition(limit <= Self.exact / windowMS, "limit * window no longer counts exactly")
        self.name = name
        self.limit = limit
        self.window = window
        self.windowMS = windowMS
    }

    /// The same rule with so much of its limit, at least 1.
    package func scaled(_ percent: Int) -> RateRule {
        RateRule(name: name, limit: max(1, limit * percent / 100), window: window)
    }

    /// Redis counts with floating-point numbers, which hold every integer up to here.
    private static let exact = 1 << 53
}

/// A rule to be applied to somebody or something.
package struct RateCharge: Sendable, Hashable {
    package let rule: RateRule
    /// Such as an address (see ``ClientAddress``), an account, a tenant, a class of routes, or several of them.
    package let subject: String
    package let cost: Int

    /// - Parameter cost: 0 asks how things stand; more than the rule's limit is always refused.
    package init(_ rule: RateRule, subject: String, cost: Int = 1) {
        precondition(cost >= 0, "nothing is given back")
        self.rule = rule
        self.subject = subject
        self.cost = cost
    }
}
