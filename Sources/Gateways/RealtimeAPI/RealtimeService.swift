internal import Foundation
internal import Logging
internal import Projections
internal import Redis
internal import ServiceLifecycle

/// What goes on between requests: hearing the fan-out's wakes, looking after parked polls, ending them when the process ends.
struct RealtimeService: Service {
    private static let sweepInterval = Duration.milliseconds(100)

    private let api: RealtimeAPI
    private let logger: Logger

    init(_ api: RealtimeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    func run() async throws {
        let reader = RedisStreamReader(
            api.configuration.redis,
            streams: [FanoutKeys.wake: .latest, FanoutKeys.notices(for: api.gateway): .latest],
            onFailure: { [logger] in logger.warning("No word from the fan-out", metadata: ["error": "\($0)"]) },
            onEntries: { [api] in $0.forEach { hear($0, api) } },
            onGap: { [api] in
                // Whatever was said meanwhile is lost.
                api.registry.forgetAll()
                api.payloads.forgetAll()
                api.hub.wakeAll()
            }
        )
        // Wakes from before the reader had its place are not heard.
        async let ready: Void = {
            await reader.waitUntilReady()
            api.hub.wakeAll()
        }()
        await withGracefulShutdownHandler {
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                api.hub.sweep()
                // Cancellation is looked at right after.
                try? await Task.sleep(for: Self.sweepInterval)
            }
        } onGracefulShutdown: {
            api.hub.drain()
        }
        api.hub.drain()
        await reader.close()
        await ready
    }
}

private func hear(_ entry: RedisStreamEntry, _ api: RealtimeAPI) {
    if let wake = FanoutWake(entry) {
        api.hear(wake)
    } else if let notice = HotQueues.Notice(entry), notice.gateway != api.gateway {
        switch notice.kind {
        case .superseded: api.hub.end(poll: notice.id, of: notice.owner)
        case .deleted:
            api.registry.forget(notice.id)
            api.hub.end(queue: notice.id, of: notice.owner)
        }
    }
}
