package import Crypto
package import Logging
package import Redis
internal import Synchronization

/// Decides whether requests are let through, for all processes that share a Redis and a secret.
///
/// ```swift
/// let perAddress = RateRule(name: "address", limit: 100, window: .seconds(60))
/// let perAccount = RateRule(name: "login", limit: 5, window: .seconds(300))
/// let decision = await limits.decide([
///     RateCharge(perAddress, subject: ClientAddress.subject(address)),
///     RateCharge(perAccount, subject: account),
/// ])
/// guard decision.isAllowed else { … }
/// ```
///
/// Any number of charges is one round trip and one decision: a request that one rule refuses counts against none. Time
/// is that of Redis. While Redis is away or slow this process goes on alone with the same rules, each process for
/// itself: a subject then gets as much from every process as otherwise from all. Redis is asked again every second, by
/// one request at a time. Far from a limit a process takes some units ahead, so that it need not ask for each request; see `Leases`.
///
/// The client that is handed in should have short timeouts, such as 250 ms: so long the first request after each pause waits
/// for a Redis that hangs. Redis' own memory is bounded since a key lives no longer than its subject
/// is limited.
package final class RateLimiter: Sendable {
    private struct State {
        /// Until when Redis is not asked; nil while it answers.
        var awayUntil: ContinuousClock.Instant?
        var local: LocalMeters
        var leases: Leases
    }

    private static let pause = Duration.seconds(1)

    private let redis: RedisClient
    private let secret: SymmetricKey
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - secret: the same in all processes; without it nobody can tell from a key whose it is.
    ///   - localCapacity: how many subjects are remembered for certain while Redis is away; at most twice as many are
    ///     kept, each in some 100 bytes.
    package init(redis: RedisClient, secret: SymmetricKey, logger: Logger, localCapacity: Int = 50_000) {
        precondition(secret.bitCount >= 128, "a secret that short can be found by trying")
        self.redis = redis
        self.secret = secret
        self.logger = logger
        state = Mutex(State(local: LocalMeters(capacity: localCapacity), leases: Leases(capacity: localCapacity)))
    }

    /// Counts a request against all rules, or against none.
    package func decide(_ charges: [RateCharge]) async -> RateDecision {
        let charges = merged(charges)
        // What no time lets through is not asked for, only how things stand; so no number grows too large to count with.
        let isPossible = charges.allSatisfy { $0.cost <= $0.rule.limit }
        let outcome = await outcome(of: isPossible ? charges : charges.map { $0.costing(0) })
        let isAllowed = isPossible && outcome.isAllowed
        let standings = zip(charges, outcome.levels).map { charge, level in
            RateStanding(charge.rule, level: level, cost: charge.cost, taken: isAllowed)
        }
        return RateDecision(isAllowed: isAllowed, standings: standings, isLocal: outcome.isLocal)
    }

    /// A subject that is charged twice by one rule pays the sum.
    private func merged(_ charges: [RateCharge]) -> [LocalMeters.Charge] {
        var merged: [LocalMeters.Charge] = []
        var places: [RateKey: Int] = [:]
        for charge in charges {
            let key = RateKey(charge.rule, subject: charge.subject, secret: secret)
            if let place = places[key] {
                let (sum, overflow) = merged[place].cost.addingReportingOverflow(charge.cost)
                merged[place] = merged[place].costing(overflow ? .max : sum)
            } else {
                places[key] = merged.count
                merged.append(LocalMeters.Charge(key: key, rule: charge.rule, cost: charge.cost))
            }
        }
        return merged
    }

    private func outcome(of charges: [LocalMeters.Charge]) async -> Outcome {
        var levels = state.withLock { state in charges.map { state.leases.spend($0, at: .now) } }
        let open = charges.indices.filter { levels[$0] == nil }
        if open.isEmpty { return Outcome(isAllowed: true, levels: levels.compactMap(\.self), isLocal: false) }
        if mayAskRedis() {
            do throws(RedisError) {
                let asked = open.map { charges[$0] }
                let outcome = try await askRedis(asked)
                noteAnswer()
                for (index, level) in zip(open, outcome.levels) { levels[index] = level }
                if !outcome.isAllowed { giveBack(charges, besides: open) }
                return Outcome(isAllowed: outcome.isAllowed, levels: levels.compactMap(\.self), isLocal: false)
            } catch {
                noteNoAnswer(error)
            }
        }
        giveBack(charges, besides: open)
        let (isAllowed, local) = state.withLock { $0.local.decide(charges, at: .now) }
        return Outcome(isAllowed: isAllowed, levels: local, isLocal: true)
    }

    private func giveBack(_ charges: [LocalMeters.Charge], besides open: [Int]) {
        state.withLock { state in
            for index in charges.indices where !open.contains(index) { state.leases.giveBack(charges[index]) }
        }
    }

    /// Asks Redis, and takes some more where there is plenty.
    private func askRedis(_ charges: [LocalMeters.Charge]) async throws(RedisError) -> Outcome {
        let now = ContinuousClock.now
        let ahead = state.withLock { state in charges.map { state.leases.demand(for: $0, at: now) } }
        let numbers = try await decision(of: charges, ahead: ahead)
        var levels: [Int] = []
        for (index, charge) in charges.enumerated() {
            let (level, taken) = (numbers[1 + 2 * index], numbers[2 + 2 * index])
            levels.append(level - taken * charge.rule.windowMS)
            if ahead[index] > 0 {
                state.withLock { $0.leases.keep(taken, of: charge, level: level, at: now) }
            }
        }
        return Outcome(isAllowed: numbers[0] == 1, levels: levels, isLocal: false)
    }

    /// Whether the charges are allowed, and of each its level and what was taken ahead.
    private func decision(of charges: [LocalMeters.Charge], ahead: [Int]) async throws(RedisError) -> [Int] {
        let arguments: [any RedisArgument] =
            [charges.count] + charges.map(\.key.text)
            + zip(charges, ahead).flatMap { [$0.rule.limit, $0.rule.windowMS, $0.cost, $1] }
        let reply: RedisValue
        do throws(RedisError) {
            reply = try await redis.send(RedisCommand("EVALSHA", arguments: [RateScript.digest] + arguments))
        } catch  where error.code == .server("NOSCRIPT") {
            // A new Redis, or one whose scripts were flushed; it did nothing.
            reply = try await redis.send(RedisCommand("EVAL", arguments: [RateScript.text] + arguments))
        }
        let numbers = (reply.array ?? []).compactMap(\.int).map { Int($0) }
        guard numbers.count == 2 * charges.count + 1 else {
            throw RedisError(.protocolError, "the script of the limits answered something else")
        }
        return numbers
    }

    /// While Redis is away, one request per pause finds out whether it still is.
    private func mayAskRedis() -> Bool {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let until = state.awayUntil else { return true }
            guard until <= now else { return false }
            state.awayUntil = now + Self.pause
            return true
        }
    }

    private func noteAnswer() {
        let wasAway = state.withLock { state in
            defer { state.awayUntil = nil }
            return state.awayUntil != nil
        }
        if wasAway { logger.notice("rate limits are counted in Redis again") }
    }

    private func noteNoAnswer(_ error: RedisError) {
        let wasThere = state.withLock { state in
            defer { state.awayUntil = .now + Self.pause }
            return state.awayUntil == nil
        }
        if wasThere {
            logger.warning(
                "rate limits are counted by each process for itself until Redis answers",
                metadata: ["error": "\(error)"]
            )
        }
    }
}

private struct Outcome {
    let isAllowed: Bool
    /// With the costs in them if it is allowed.
    let levels: [Int]
    let isLocal: Bool
}
