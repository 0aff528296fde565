internal import Events
internal import HTTPTypes
package import Hummingbird
internal import Logging

/// `/healthz`: the process is alive. `/readyz`: what it needs is there, and it was not told to end.
package struct HealthRoutes: Sendable {
    /// Something that a process needs.
    package struct Check: Sendable {
        package let name: String
        /// Nil if it is needed by itself.
        let group: String?
        package let run: @Sendable () async throws -> Bool

        /// - Parameters:
        ///   - group: of those that have it one is enough.
        ///   - run: false, or an error, if it is not there; its time is up after two seconds.
        package init(_ name: String, oneOf group: String? = nil, run: @escaping @Sendable () async throws -> Bool) {
            self.name = name
            self.group = group
            self.run = run
        }
    }

    private struct Health: Encodable {
        struct Part: Encodable {
            var name: String
            var ok: Bool
        }

        var status: String
        var checks: [Part]
    }

    private let checks: [Check]
    private let draining: Draining

    package init(checks: [Check], draining: Draining) {
        self.checks = checks
        self.draining = draining
    }

    package func add(to router: Router<DaybookRequestContext>) {
        router.get("/healthz") { _, _ in Self.answer(Health(status: "ok", checks: []), .ok) }
        router.get("/readyz") { _, context in await ready(context.logger) }
        for path in ["/healthz", "/readyz"] { router.refuseOthers(than: [.get], at: path) }
    }

    private func ready(_ logger: Logger) async -> Response {
        var passed: Set<String> = []
        await withTaskGroup(of: (String, Bool).self) { group in
            for check in checks {
                group.addTask { (check.name, await Self.passes(check, logger)) }
            }
            for await (name, ok) in group where ok { passed.insert(name) }
        }
        let parts = checks.map { Health.Part(name: $0.name, ok: passed.contains($0.name)) }
        if draining.isDraining { return Self.answer(Health(status: "draining", checks: parts), .serviceUnavailable) }
        let isReady = Dictionary(grouping: checks) { $0.group ?? $0.name }.values.allSatisfy { group in
            group.contains { passed.contains($0.name) }
        }
        return Self.answer(
            Health(status: isReady ? "ready" : "not_ready", checks: parts),
            isReady ? .ok : .serviceUnavailable
        )
    }

    private static func passes(_ check: Check, _ logger: Logger) async -> Bool {
        do {
            return try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await check.run() }
                group.addTask {
                    try await Task.sleep(for: .seconds(2))
                    return false
                }
                defer { group.cancelAll() }
                return try await group.next() ?? false
            }
        } catch {
            logger.warning("not ready", metadata: ["check": "\(check.name)", "error": "\(error)"])
            return false
        }
    }

    private static func answer(_ health: Health, _ status: HTTPResponse.Status) -> Response {
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        if status == .serviceUnavailable { headers[.retryAfter] = "1" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: JSONWriter.write(health)))
    }
}
