import EventStore
import Events
import Foundation
import Synchronization
import Testing

/// A crash test: people write and listen, something dies, all comes to rest, and then everything is proved.
///
/// `DAYBOOK_CRASH_SECONDS` is how long people write at least (3 if not set); `DAYBOOK_CRASH_SEED` repeats the choices, though not
/// the timing, of a run that has printed it.
final class Ordeal: Sendable {
    /// How long everything may take to come to rest.
    private static let patience = Duration.seconds(60)

    private struct Late {
        var followers: [Follower] = []
        /// Of those who could not register.
        var failures: [String] = []
    }

    private static let latecomers = ["cyd", "eve"]

    private let stage: Stage
    private let seed: UInt64
    private let client: Client
    private let world: World
    private let early: [Follower]
    /// Who comes while things die.
    private let late = Mutex(Late())
    private let load: Load

    private var followers: [Follower] { early + late.withLock(\.followers) }

    static func seconds(times factor: Double = 1) -> Duration {
        let text = ProcessInfo.processInfo.environment["DAYBOOK_CRASH_SECONDS"]
        return .seconds((text.flatMap { Double($0) } ?? 3) * factor)
    }

    /// - Parameters:
    ///   - isRebuilt: whether the read models are dropped and projected again in the end.
    ///   - disaster: begins when the load has, which goes on at least until it returns.
    static func run(
        for duration: Duration = seconds(),
        isRebuilt: Bool = false,
        _ name: String = #function,
        _ disaster: @Sendable (Faults, inout Dice) async throws -> Void
    ) async throws {
        let stage = try #require(Stage.current, "the suite has a stage")
        let seed =
            ProcessInfo.processInfo.environment["DAYBOOK_CRASH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...9999)
        print("\(name): DAYBOOK_CRASH_SEED=\(seed)")
        do {
            try await stage.heal()
            let ordeal = try await Ordeal(on: stage, seed: seed)
            let proof = try await ordeal.suffer(for: duration, disaster)
            if isRebuilt { try await proof.rebuild() }
            print("\(name): \(ordeal.summary(proof))")
            if !proof.faults.isEmpty { throw Broken(faults: proof.faults) }
        } catch {
            let words = stage.servers.map { "\($0.roles) said in the end:\n\($0.lastWords)" }
            Issue.record("\(words.joined(separator: "\n"))")
            throw error
        }
    }

    private init(on stage: Stage, seed: UInt64) async throws {
        self.stage = stage
        self.seed = seed
        client = Client(stage.tenantAPIs)
        // A queue that begins before its rooms do, and so hears of them.
        let first = try await Follower(stage.person("bob"), at: stage.gateways)
        world = try await World(on: stage, by: client)
        let choosing = Follower.Choice(event_types: ["message.created", "user.changed"], rooms: [world.vault.id])
        early =
            [first, try await Follower(stage.person("bob"), choosing: choosing, at: stage.gateways)]
            + (try await Self.everybody(on: stage))
        load = Load(in: world, by: client, seed: seed)
    }

    private static func everybody(on stage: Stage) async throws -> [Follower] {
        var followers: [Follower] = []
        for handle in ["ada", "dee", "eve", "fay", "gus", "hal", "zed"] {
            followers.append(try await Follower(stage.person(handle), at: stage.gateways))
        }
        return followers
    }

    /// What was at stake, so that a test that proves nothing is seen.
    private func summary(_ proof: Proof) -> String {
        let received = followers.map { "\($0.name) \($0.received.count)" }.joined(separator: ", ")
        let failures = followers.reduce(0) { $0 + $1.failures }
        let refused = proof.deeds.count { !$0.outcome.isDone }
        return """
            \(proof.deeds.count) deeds, \(refused) refused, \(client.repeats) tries more; received: \(received); \
            \(failures) polls failed
            """
    }

    private func suffer(
        for duration: Duration,
        _ disaster: @Sendable (Faults, inout Dice) async throws -> Void
    ) async throws -> Proof {
        let deadline = ContinuousClock.now + duration
        return try await withThrowingTaskGroup(of: Void.self) { listening in
            for (number, follower) in early.enumerated() {
                listening.addTask { [seed] in await follower.follow(Dice(seed: seed &+ 100 &+ UInt64(number))) }
            }
            for number in Self.latecomers.indices {
                listening.addTask { await self.followLate(number) }
            }
            async let writing: Void = load.run(stage.people)
            do {
                try await Task.sleep(for: .milliseconds(700))
                var dice = Dice(seed: seed)
                try await disaster(Faults(stage: stage), &dice)
                try await Task.sleep(until: deadline)
            } catch {
                load.end()
                throw error
            }
            load.end()
            try await writing
            let proof = try await settle()
            listening.cancelAll()
            return proof
        }
    }

    private func followLate(_ number: Int) async {
        do {
            try await Task.sleep(for: .milliseconds(900 + 500 * number))
            let follower = try await Follower(stage.person(Self.latecomers[number]), at: stage.gateways)
            late.withLock { $0.followers.append(follower) }
            await follower.follow(Dice(seed: seed &+ 200 &+ UInt64(number)))
        } catch {
            late.withLock { $0.failures.append("\(error)") }
        }
    }

    /// Says a last word in each tenant that everybody hears, waits until they have, and proves everything.
    private func settle() async throws -> Proof {
        // Who registers after the last word does not hear it.
        try await eventually("the latecomers have registered", timeout: Self.patience) {
            try late.withLock { late in
                if let failure = late.failures.first { throw NeverSo(what: failure) }
                return late.followers.count == Self.latecomers.count
            }
        }
        var last: [Done] = []
        for handle in ["ada", "zed"] {
            let deed = Deed(
                person: try stage.person(handle),
                kind: .rename,
                method: .PATCH,
                path: "/api/me",
                body: .init(name: "\(handle) at the end of \(world.hall.id)"),
                key: client.key()
            )
            last.append(try await client.perform(deed))
        }
        try await stage.waitUntilProjected()
        let history = try await History(of: stage.installation)
        let proof = Proof(stage, history, deeds: world.opened + load.done + last)
        let keys = Dictionary(uniqueKeysWithValues: last.map { ($0.deed.person.tenant, $0.deed.key) })
        try await wait(for: keys, proof)
        proof.checkDeeds()
        try await proof.checkLog()
        try proof.checkReadModels()
        try proof.check(followers)
        var dice = Dice(seed: seed)
        try await proof.askAgain(client, &dice)
        return proof
    }

    /// Waits until every follower has heard its tenant's last word; if one does not, says what all of them lack.
    private func wait(for keys: [String: String], _ proof: Proof) async throws {
        var ids: [String: String] = [:]
        for event in proof.history.events {
            guard let key = event.metadata.idempotencyKey, let tenant = keys.first(where: { $0.value == key })?.key
            else {
                continue
            }
            ids[tenant] = "evt_" + UUID.derived("daybook.realtime", event.raw.id.bytes, [1]).uuidString.lowercased()
        }
        do {
            try await eventually("everybody hears the last word", timeout: Self.patience) {
                followers.allSatisfy { $0.received.last?.id == ids[$0.person.tenant] }
            }
        } catch {
            try proof.check(followers)
            let waiting = followers.filter { $0.received.last?.id != ids[$0.person.tenant] }.map(\.name)
            let faults = proof.faults.prefix(20).joined(separator: "\n")
            throw NeverSo(what: "\(error); \(waiting) have not heard it;\n\(faults)")
        }
    }
}

/// Not everything is as the log says.
private struct Broken: Error, CustomStringConvertible {
    let faults: [String]

    var description: String { "\(faults.count) faults:\n\(faults.prefix(20).joined(separator: "\n"))" }
}
