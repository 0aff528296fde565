import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization

/// Sends deeds to any of several gateways, and the same again to another until there is a definite answer, as a client that
/// means to be heard does.
final class Client: Sendable {
    /// How long there may be no definite answer.
    static let patience = Duration.seconds(60)

    private let servers: [Server]
    private let prefix: String
    private let count = Mutex(0)
    private let tries = Mutex(0)
    private let faults = Mutex<[String]>([])

    init(_ servers: [Server]) {
        self.servers = servers
        prefix = String(UUID().uuidString.prefix(8))
    }

    /// Answers that no client may ever get.
    var wrongs: [String] { faults.withLock { $0 } }

    /// How many requests were sent again.
    var repeats: Int { tries.withLock { $0 } }

    /// A new idempotency key.
    func key() -> String {
        count.withLock { count in
            count += 1
            return "\(prefix)-\(count)"
        }
    }

    func perform(_ deed: Deed) async throws -> Done {
        let deadline = ContinuousClock.now + Self.patience
        var last = "no answer"
        while deadline > .now {
            guard let server = servers.randomElement() else { preconditionFailure("there are servers") }
            do {
                let answer = try await server.send(
                    deed.method,
                    deed.path,
                    deed.body,
                    as: deed.person.token,
                    headers: ["Idempotency-Key": deed.key],
                    timeout: .seconds(10)
                )
                guard let outcome = try? Self.outcome(answer) else {
                    faults.withLock { $0.append("\(deed.kind) by \(deed.person.handle): \(Self.text(answer))") }
                    throw NeverSo(what: "the answer to \(deed.kind) is JSON")
                }
                // `conflict` is an answer too, but one that asks for the same again.
                if answer.status != 503, outcome.code != "conflict" {
                    if answer.status >= 500 || answer.status == 401 || outcome.code == "idempotency_key_reused" {
                        faults.withLock { $0.append("\(deed.kind) by \(deed.person.handle): \(Self.text(answer))") }
                    }
                    return Done(deed: deed, outcome: outcome)
                }
                last = Self.text(answer)
            } catch {
                // The connection broke or nobody listens: what became of it is not known, which is what the key is for.
                if Task.isCancelled { throw error }
                last = "\(error)"
            }
            tries.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...80)))
        }
        throw NeverSo(what: "\(deed.kind) by \(deed.person.handle) is answered; last: \(last)")
    }

    private struct Answer: Decodable { var id: String?, code: String? }

    private static func outcome(_ answer: Server.Answer) throws -> Deed.Outcome {
        // Many answers have no body; one that has says JSON.
        let said = answer.body.isEmpty ? nil : try answer.decode(Answer.self)
        return Deed.Outcome(
            status: answer.status,
            code: said?.code,
            id: said?.id,
            position: answer.headers.first(name: "Daybook-Position")
        )
    }

    private static func text(_ answer: Server.Answer) -> String {
        "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
    }
}
