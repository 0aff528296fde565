package import Logging
internal import Synchronization

/// The least severe level that is logged, which may change while a process runs.
package final class LogThreshold: Sendable {
    private static let levels = Logger.Level.allCases

    private let index: Atomic<Int>

    package init(_ level: Logger.Level) { index = Atomic(Self.index(of: level)) }

    package var level: Logger.Level {
        get { Self.levels[index.load(ordering: .relaxed)] }
        set { index.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    private static func index(of level: Logger.Level) -> Int { levels.firstIndex(of: level) ?? 0 }
}

/// Hands to another handler what a threshold lets through. A logger that is given a level of its own keeps that.
package struct ThresholdLogHandler: LogHandler {
    private let threshold: LogThreshold
    private var own: Logger.Level?
    private var handler: any LogHandler

    package init(_ handler: any LogHandler, threshold: LogThreshold) {
        (self.handler, self.threshold) = (handler, threshold)
    }

    package var logLevel: Logger.Level {
        get { own ?? threshold.level }
        set { own = newValue }
    }

    package var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    package var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    package func log(event: LogEvent) { handler.log(event: event) }
}
