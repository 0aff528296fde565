internal import Logging
internal import Settings
internal import Synchronization
internal import UnixSignals

/// The settings of a process that serves, of which some may change while it runs.
final class LiveSettings: Sendable {
    private struct State {
        var settings: Settings
        var followers: [@Sendable (Settings) throws -> Void] = []
    }

    private let state: Mutex<State>

    init(_ settings: Settings) { state = Mutex(State(settings: settings)) }

    /// As it is now.
    subscript<Value>(_ setting: KeyPath<Catalog, Setting<Value>>) -> Value {
        state.withLock(\.settings)[setting]
    }

    /// Has `follow` called after each reload, also if no setting changed: a file that one names may have.
    func onReload(_ follow: @escaping @Sendable (Settings) throws -> Void) {
        state.withLock { $0.followers.append(follow) }
    }

    /// Reloads at each signal.
    func follow(_ signals: UnixSignalsSequence, logger: Logger) async {
        for await _ in signals { reload(logger) }
    }

    private func reload(_ logger: Logger) {
        let (old, followers) = state.withLock { ($0.settings, $0.followers) }
        let read: Settings
        do throws(SettingsFault) { read = try old.readAgain() } catch {
            for fault in error.faults {
                logger.error("the configuration is not reloaded", metadata: ["fault": "\(fault)"])
            }
            return
        }
        for warning in read.warnings { logger.warning("\(warning)") }
        let new = old.adopting(read)
        state.withLock { $0.settings = new }
        for follow in followers {
            do { try follow(new) } catch {
                logger.error("something reloaded does not work and stays as it was", metadata: ["error": "\(error)"])
            }
        }
        let changes = old.changes(to: new).map { declaration in
            "\(declaration.key)=\(new.shown(declaration).value)"
        }
        logger.notice("configuration reloaded", metadata: ["changes": "\(changes.joined(separator: " "))"])
        for declaration in new.changes(to: read) {
            logger.warning("a changed setting needs a restart", metadata: ["setting": "\(declaration.key)"])
        }
    }
}
