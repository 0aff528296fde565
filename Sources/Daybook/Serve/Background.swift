internal import ServiceLifecycle

/// Work that goes on until it is cancelled, as a service.
struct Background: Service, CustomStringConvertible {
    let description: String
    private let work: @Sendable () async -> Void

    init(_ name: String, _ work: @escaping @Sendable () async -> Void) {
        description = name
        self.work = work
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }
}
