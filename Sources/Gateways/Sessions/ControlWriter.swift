internal import Commands
internal import EventStore
internal import Events
internal import Projections

/// Runs commands of the control log. What they did is in the read models when they return, unless those are behind for longer than
/// five seconds or nobody projects at this time.
struct ControlWriter: Sendable {
    /// Longer than it takes until another process projects after one has died.
    private static let patience: Duration = .seconds(5)

    private let control: CommandHandler
    private let reads: ReadModels

    /// - Parameter reads: of the control log.
    init(control: CommandHandler, reads: ReadModels) {
        self.control = control
        self.reads = reads
    }

    @discardableResult
    func run<C: Command>(_ command: C, by actor: Actor) async throws -> CommandResult<C.Answer> {
        let caller = Caller(tenant: .installation, actor: actor, user: nil)
        let result = try await control.handle(command, in: CommandContext(caller: caller))
        if try await reads.isFollowed(Tenant.installation.partition) {
            _ = try await reads.wait(for: .installation, past: result.position, timeout: Self.patience)
        }
        return result
    }
}
