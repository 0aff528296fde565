internal import Hummingbird
internal import Synchronization

/// How a process that was told to end lets go of its clients, so that none of them sees more than "come back later".
///
/// ```
/// serving ──SIGTERM──▶ announcing ─────────▶ refusing ──────────────▶ the port closes
///                      /readyz is 503;       503 with Retry-After;
///                      all is still served   what was begun is ended
/// ```
///
/// While it announces, a load balancer that looks at `/readyz` takes it out. While it refuses, clients that come all the same
/// go elsewhere for a moment, so that none is on its way when the port closes.
package final class Draining: Sendable {
    /// How long a client that was refused stays away: longer than the port is still open.
    static let retryAfterSeconds = 3
    private let quiet: Duration
    private let limit: Duration

    private static let ofMonitoring: Set<String> = ["/healthz", "/readyz", "/metrics"]

    private enum Phase: UInt8, AtomicRepresentable { case serving, announcing, refusing }

    private let phase = Atomic(Phase.serving)
    private let refusedAt = Mutex(ContinuousClock.now)

    /// - Parameters:
    ///   - quiet: the port is open until nobody has come for so long,
    ///   - limit: but not longer than this.
    package init(quiet: Duration = .milliseconds(300), limit: Duration = .seconds(2)) {
        self.quiet = quiet
        self.limit = limit
    }

    /// Whether the process was told to end.
    package var isDraining: Bool { phase.load(ordering: .relaxed) != .serving }

    /// From now on `/readyz` says no.
    package func announce() {
        _ = phase.compareExchange(expected: .serving, desired: .announcing, ordering: .relaxed)
    }

    /// From now on requests are refused; returns when they no longer come.
    package func refuse() async {
        let start = ContinuousClock.now
        refusedAt.withLock { $0 = start }
        phase.store(.refusing, ordering: .releasing)
        while ContinuousClock.now < min(refusedAt.withLock(\.self) + quiet, start + limit) {
            // A cancelled sleep means that there is no more time for courtesies.
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    /// What a request is told that is too late; nil for others, and for what monitoring asks, which is answered to the last.
    func refusal(of request: Request) -> Problem? {
        guard phase.load(ordering: .acquiring) == .refusing, !Self.ofMonitoring.contains(request.uri.path) else {
            return nil
        }
        refusedAt.withLock { $0 = .now }
        return .unavailable(
            "draining",
            "this process is about to end; send the same request again",
            retryAfterSeconds: Self.retryAfterSeconds
        )
    }
}
