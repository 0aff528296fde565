internal import Threads

/// A connection that is made when it is needed and made again when it was lost, for a thread that lives long.
///
///     let interrupt = PostgresInterrupt()
///     let thread = DedicatedThread(name: "projector") {
///         let link = PostgresLink(configuration, interrupt: interrupt)
///         while !stopping.load(ordering: .relaxed) {
///             do { try project(on: link.connection()) } catch { log(error) }
///         }
///     }
///
/// Between attempts it waits by `Backoff`; `interrupt.fire()` ends every wait with `.cancelled`.
package final class PostgresLink {
    private let configuration: PostgresConfiguration
    private let interrupt: PostgresInterrupt
    private var current: PostgresConnection?
    private var backoff = Backoff()
    private var nextAttempt = ContinuousClock.now
    private var lastFailure: PostgresError?

    package init(_ configuration: PostgresConfiguration, interrupt: PostgresInterrupt = PostgresInterrupt()) {
        self.configuration = configuration
        self.interrupt = interrupt
    }

    /// The connection as it is, without a word to the server, or a new one.
    ///
    /// - Parameters:
    ///   - deadline: how long to go on trying while the server is away; nil for ever. Then throws `.connectionFailed`.
    ///   - onFailure: hears of each attempt that failed.
    ///   - onConnected: hears that the connection is a new one.
    package func connection(
        until deadline: ContinuousClock.Instant? = nil,
        onFailure: (PostgresError) -> Void = { _ in },
        onConnected: () -> Void = {}
    ) throws(PostgresError) -> PostgresConnection {
        if let current, current.isAlive() { return current }
        current = nil
        while true {
            try waitForNextAttempt(until: deadline)
            do {
                let connection = try PostgresConnection(configuration, interrupt: interrupt, until: deadline)
                backoff.reset()
                current = connection
                onConnected()
                return connection
            } catch {
                guard error.code == .connectionFailed else { throw error }
                lastFailure = error
                nextAttempt = .now + backoff.next()
                onFailure(error)
            }
        }
    }

    /// Ends what the last user may have left open, so that the next one finds the connection as if it were new.
    func settle() {
        current?.deadline = nil
        current?.rollBack()
        if current?.isLost == true { current = nil }
    }

    private func waitForNextAttempt(until deadline: ContinuousClock.Instant?) throws(PostgresError) {
        let wakeUp = min(deadline ?? nextAttempt, nextAttempt)
        guard interrupt.sleep(until: wakeUp) else { throw PostgresError(.cancelled, "interrupted while connecting") }
        if let deadline, deadline <= .now {
            throw lastFailure ?? PostgresError(.connectionFailed, "there was no time to connect")
        }
    }
}
