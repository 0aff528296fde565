import EventStore
import Events
import Foundation
import Postgres
import Synchronization

/// Holds what everybody was told against the log, when all has come to rest. Each check says which invariant of
/// `architecture.md` it proves.
final class Proof: Sendable {
    let stage: Stage
    let history: History
    /// Everything that was asked for in this test.
    let deeds: [Done]
    let deleted: Set<MessageID>
    private let found = Mutex<[String]>([])

    init(_ stage: Stage, _ history: History, deeds: [Done]) {
        self.stage = stage
        self.history = history
        self.deeds = deeds
        deleted = history.deleted
    }

    var faults: [String] { found.withLock { $0 } }

    func fault(_ text: String) { found.withLock { $0.append(text) } }

    func check(_ followers: [Follower]) throws {
        let bases = try stage.installation.product().execute("SELECT id, base FROM rt.queues").decode(
            (UUID, Int64).self
        )
        let base = Dictionary(uniqueKeysWithValues: bases.map { ("queue_\($0.uuidString.lowercased())", $1) })
        var tidings: [UUID: Tidings] = [:]
        for follower in followers {
            guard let tenant = history.tenant(of: follower.person.id), let base = base[follower.queue] else {
                fault("\(follower.name) is in no log or has no queue")
                continue
            }
            let told = tidings[tenant] ?? Tidings(history, in: tenant)
            tidings[tenant] = told
            check(follower, registeredAt: base, told)
        }
    }
}
