internal import GatewayHTTP
internal import ServiceLifecycle

/// Something to be done when the process is told to end, in its turn among the services.
struct ShutdownStep: Service, CustomStringConvertible {
    let description: String
    private let step: @Sendable () async -> Void

    init(_ name: String, _ step: @escaping @Sendable () async -> Void) {
        description = name
        self.step = step
    }

    func run() async throws {
        // Cancelled, there is no time for it.
        do { try await gracefulShutdown() } catch { return }
        await step()
    }
}
