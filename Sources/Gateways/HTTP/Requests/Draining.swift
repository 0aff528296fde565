internal import HTTPTypes
package import Hummingbird
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

    private enum Phase { case serving, announcing, refusing }

    private struct State {
        var phase = Phase.serving
        var refusedAt = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// - Parameters:
    ///   - quiet: the port is open until nobody has come for so long,
    ///   - limit: but not longer than this.
    package init(quiet: Duration = .milliseconds(300), limit: Duration = .seconds(2)) {
        self.quiet = quiet
        self.limit = limit
    }

    /// Whether the process was told to end.
    package var isDraining: Bool { state.withLock { $0.phase != .serving } }

    /// From now on `/readyz` says no.
    package func announce() {
        state.withLock { if $0.phase == .serving { $0.phase = .announcing } }
    }

    /// From now on requests are refused; returns when they no longer come.
    package func refuse() async {
        let start = ContinuousClock.now
        state.withLock { $0 = State(phase: .refusing, refusedAt: start) }
        while ContinuousClock.now < min(state.withLock(\.refusedAt) + quiet, start + limit) {
            // A cancelled sleep means that there is no more time for courtesies.
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    /// Whether this request is too late.
    fileprivate func refuses() -> Bool {
        state.withLock { state in
            guard state.phase == .refusing else { return false }
            state.refusedAt = .now
            return true
        }
    }
}

/// Answers as `Draining` says. What monitoring asks is answered to the last.
package struct DrainingGate: RouterMiddleware {
    package typealias Context = DaybookRequestContext

    private static let ofMonitoring: Set<String> = ["/healthz", "/readyz", "/metrics"]

    private let draining: Draining

    package init(_ draining: Draining) { self.draining = draining }

    @concurrent
    package func handle(
        _ request: Request,
        context: DaybookRequestContext,
        next: @concurrent (Request, DaybookRequestContext) async throws -> Response
    ) async throws -> Response {
        guard !Self.ofMonitoring.contains(request.uri.path), draining.refuses() else {
            var response = try await next(request, context)
            // Clients that keep connections find another process before this one closes them.
            if draining.isDraining { response.headers[.connection] = "close" }
            return response
        }
        let problem = Problem.unavailable(
            "draining",
            "this process is about to end; send the same request again",
            retryAfterSeconds: Draining.retryAfterSeconds
        )
        var response = problem.response(to: request, requestID: context.requestID)
        response.headers[.connection] = "close"
        return response
    }
}
