internal import Hummingbird
internal import Logging

/// A Hummingbird application that does nothing: what the HTTP server itself costs in this run.
enum BareServer {
    /// Serves until the task is cancelled.
    static func start(port: Int) async throws -> Task<Void, any Error> {
        let router = Router()
        router.get("/") { _, _ in "{}" }
        router.post("/echo") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            return Response(status: .ok, body: ResponseBody(byteBuffer: body))
        }
        var logger = Logger(label: "bare")
        logger.logLevel = .error
        let (started, ready) = AsyncStream.makeStream(of: Void.self)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in ready.finish() },
            logger: logger
        )
        let task = Task { try await application.run() }
        for await _ in started {}
        return task
    }
}
