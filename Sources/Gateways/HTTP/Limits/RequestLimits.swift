internal import CoreMetrics
internal import EventStore
internal import HTTPTypes
internal import Hummingbird
package import RateLimits
internal import Sessions
internal import Synchronization

/// Counts requests against the rules of their classes, and refuses those that are too many.
///
/// A request asks Redis once, before anything else that it costs: a long poll when it begins.
package final class RequestLimits: Sendable {
    private struct Rules {
        let each: RateRule
        let tenant: RateRule?
    }

    /// An address that was refused as a stranger's, and is not asked about again until then.
    private struct ShutOut {
        let decision: RateDecision
        let until: ContinuousClock.Instant
    }

    /// How many are remembered at a time; of further ones the store is asked whether their tokens are good.
    private static let capacity = 10_000

    private let limiter: RateLimiter
    private let proxies: TrustedProxies
    private let rules: [RouteClass: Rules]
    /// By rule.
    private let refusals: [String: Counter]
    private let shutOut = Mutex<[String: ShutOut]>([:])

    /// - Parameters:
    ///   - proxies: who may say for whom they ask.
    ///   - percent: how much of each rule counts: 200 lets twice as much through.
    package init(_ limiter: RateLimiter, behind proxies: TrustedProxies = .none, percent: Int = 100) {
        self.limiter = limiter
        self.proxies = proxies
        rules = Dictionary(
            uniqueKeysWithValues: RouteClass.allCases.map { kind in
                let (each, tenant) = (kind.rule.scaled(percent), kind.tenantRule?.scaled(percent))
                return (kind, Rules(each: each, tenant: tenant))
            }
        )
        let all = rules.values.flatMap { [$0.each] + ($0.tenant.map { [$0] } ?? []) }
        refusals = Dictionary(
            uniqueKeysWithValues: all.map {
                ($0.name, Counter(label: "daybook_rate_limited_total", dimensions: [("rule", $0.name)]))
            }
        )
    }

    /// Counts a request of somebody who has a session.
    func charge(_ kind: RouteClass, to session: Session, _ context: DaybookRequestContext) async throws(Problem) {
        guard let rules = rules[kind], let tenantRule = rules.tenant else {
            preconditionFailure("\(kind) is counted by address")
        }
        let tenant = session.tenant.id.text
        let charges = [
            RateCharge(rules.each, subject: "\(tenant) \(session.user)"), RateCharge(tenantRule, subject: tenant),
        ]
        let decision = await limiter.decide(charges)
        context.bearer.rate = decision
        guard decision.isAllowed else { throw refusal(decision) }
    }

    /// Counts a request against the address that it comes from.
    func charge(_ kind: RouteClass, from request: Request, _ context: DaybookRequestContext) async throws(Problem) {
        guard let rules = rules[kind] else { preconditionFailure("each class has rules") }
        let address = address(of: request, context)
        let decision = await limiter.decide([RateCharge(rules.each, subject: address)])
        context.bearer.rate = decision
        guard !decision.isAllowed else { return }
        if kind == .stranger { shutOut(address, decision) }
        throw refusal(decision)
    }

    /// Whether anybody was refused as a stranger of late.
    var shutsOut: Bool { shutOut.withLock { !$0.isEmpty } }

    /// Refuses a token that nobody here has seen, from an address that keeps showing tokens of no session. No store is asked
    /// for it: the sessions of those who are here go on while somebody tries tokens.
    func expectNoFlood(of request: Request, _ context: DaybookRequestContext) throws(Problem) {
        let address = address(of: request, context)
        let decision = shutOut.withLock { shutOut -> RateDecision? in
            guard let entry = shutOut[address] else { return nil }
            if entry.until > .now { return entry.decision }
            shutOut[address] = nil
            return nil
        }
        guard let decision else { return }
        context.bearer.rate = decision
        throw refusal(decision)
    }

    private func shutOut(_ address: String, _ decision: RateDecision) {
        let now = ContinuousClock.now
        let entry = ShutOut(decision: decision, until: now + .seconds(decision.tightest?.retrySeconds ?? 1))
        shutOut.withLock { shutOut in
            if shutOut.count >= Self.capacity { shutOut = shutOut.filter { $0.value.until > now } }
            if shutOut.count < Self.capacity { shutOut[address] = entry }
        }
    }

    private func address(of request: Request, _ context: DaybookRequestContext) -> String {
        let peer = context.channel.remoteAddress?.ipAddress ?? ""
        guard !proxies.isEmpty else { return ClientAddress.subject(peer) }
        let fields = request.headers[values: proxies.header.name]
        return ClientAddress.subject(proxies.client(of: peer, telling: fields))
    }

    private func refusal(_ decision: RateDecision) -> Problem {
        if let rule = decision.tightest?.rule.name { refusals[rule]?.increment() }
        var problem = Problem.rateLimited
        problem.headers[.retryAfter] = decision.retryAfterField
        return problem
    }
}

extension Problem {
    fileprivate static var rateLimited: Problem {
        Problem(.tooManyRequests, "rate_limited", "too many such requests; send it again when Retry-After has passed")
    }
}

extension TrustedProxies.Header {
    fileprivate var name: HTTPField.Name {
        switch self {
        case .xForwardedFor: .xForwardedFor
        case .forwarded: .forwarded
        }
    }
}
