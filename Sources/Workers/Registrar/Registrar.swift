package import Commands
internal import EventStore
internal import Events
package import Foundation
package import Logging
package import Postgres
package import Projections

/// Founds organizations, ends them, gives them their plans, tells their tenants of limits, lets names lapse that nobody took, and mails invitations: what has to happen after somebody asked for it,
/// whatever dies meanwhile.
///
/// It keeps nothing but when mail that failed is tried again. What is to be done is looked up in the read models of the control log,
/// and each step is a command that does nothing the second time, so any number of processes may do this and each may die anywhere. One
/// founds at a time, one ends, and one mails, each by a lease, or each mail would go out from all of them.
package struct Registrar: Sendable {
    /// How long another process waits for one that died.
    private static let lease: Duration = .seconds(10)
    /// The same while a letter is on its way, which may take two minutes.
    private static let letterLease: Duration = .seconds(150)
    private static let mailing = "registrar_mail"

    let control: CommandHandler
    /// Of the control log.
    let reads: ReadModels
    /// Connects to the control database as `daybook_projector`.
    private let leases: PostgresPool
    private let owner = UUID()
    /// Where tenants live.
    let cells: [Cell]
    /// Nil where no mail is sent.
    let invitations: Invitations?
    let logger: Logger

    package init(
        control: CommandHandler,
        reads: ReadModels,
        leases: PostgresPool,
        cells: [Cell],
        invitations: Invitations?,
        logger: Logger
    ) {
        precondition(!cells.isEmpty, "tenants live somewhere")
        self.control = control
        self.reads = reads
        self.leases = leases
        self.cells = cells
        self.invitations = invitations
        self.logger = logger
    }

    /// Does what is to be done, as soon as it is, until cancelled.
    ///
    /// - Parameter interval: how long it waits when there was nothing.
    package func run(every interval: Duration = .milliseconds(100)) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await repeating("the registrar", every: interval, by: "registrar", pausing: .seconds(1)) {
                    try await step()
                }
            }
            // By itself: an organization with a long history holds up no founding either.
            group.addTask {
                await repeating("an ending", every: interval, by: "registrar_endings", pausing: .seconds(60)) {
                    try await end()
                }
            }
            // By itself: a cell that is away holds up no founding either.
            group.addTask {
                await repeating("limits", every: interval, by: "registrar_limits", pausing: .seconds(60)) {
                    try await relay()
                }
            }
            // By itself: an organization that cannot be given its plan holds up no limit of another.
            group.addTask {
                await repeating("plans", every: interval, by: "registrar_plans", pausing: .seconds(60)) {
                    try await rollOut()
                }
            }
            guard invitations != nil else { return }
            // By itself: a mail server that is slow or away holds up no founding.
            group.addTask {
                await repeating("mail", every: interval, by: Self.mailing, pausing: .seconds(60)) {
                    try await mailOurs()
                }
            }
        }
    }

    /// - Parameters:
    ///   - lease: whoever has it does `step`.
    ///   - longest: between two tries of what fails: one second, then twice as long each time up to this.
    private func repeating(
        _ what: String,
        every interval: Duration,
        by lease: String,
        pausing longest: Duration,
        _ step: () async throws -> Bool
    ) async {
        var failures = 0
        var pause = interval
        while !Task.isCancelled {
            do {
                let didSomething = try await isOurs(lease, for: Self.lease) ? try await step() : false
                pause = didSomething ? .zero : interval
                failures = 0
            } catch {
                guard !Task.isCancelled else { return }
                // Once an outage, not once a try.
                if failures == 0 { logger.warning("\(what) waits", metadata: ["error": "\(error)"]) }
                failures += 1
                pause = min(.seconds(1 << min(failures - 1, 10)), longest)
            }
            // A cancelled sleep ends the loop.
            try? await Task.sleep(for: pause)
        }
    }

    /// Sends a letter under the long lease, and is content with the short one behind it: who dies then is followed soon.
    private func mailOurs() async throws -> Bool {
        let didSomething: Bool
        do {
            didSomething = try await mail { try await isOurs(Self.mailing, for: Self.letterLease) }
        } catch {
            _ = try await isOurs(Self.mailing, for: Self.lease)
            throw error
        }
        if didSomething { _ = try await isOurs(Self.mailing, for: Self.lease) }
        return didSomething
    }

    /// Whether this process is the one that does it, for a while from now on.
    private func isOurs(_ lease: String, for duration: Duration) async throws -> Bool {
        try await leases.withConnection { [owner] connection in
            let partition = Tenant.installation.partition
            return try Lease.acquire(lease, of: partition, by: owner, for: duration, on: connection) != nil
        }
    }

    /// Sends the next letter, if there is one and mail is sent at all. False if there was none.
    ///
    /// - Parameter isOurs: whether this process may send it.
    package func mail(_ isOurs: () async throws -> Bool = { true }) async throws -> Bool {
        guard let invitations, try await invitations.sendNext(by: self, isOurs) else { return false }
        try await isSeen()
        return true
    }

    /// One look: everything that is to be done now but mail, what fails last. False if there was nothing.
    package func step() async throws -> Bool {
        let lapsing = try await reads.pool.query(
            """
            SELECT onboarding FROM rm.onboardings
             WHERE state = 'started' AND held_until < now() ORDER BY held_until LIMIT 100
            """,
            as: UUID.self
        )
        var failure: (any Error)?
        for id in lapsing {
            await noting(&failure) { _ = try await run(LapseOnboarding(onboarding: OnboardingID(id))) }
        }
        let completing = try await reads.pool.query(
            "SELECT onboarding FROM rm.onboardings WHERE state = 'completing' ORDER BY held_until LIMIT 100",
            as: UUID.self
        )
        for id in completing {
            await noting(&failure) { try await Founding(OnboardingID(id), by: self).goOn() }
        }
        try await isSeen()
        if let failure { throw failure }
        return !lapsing.isEmpty || !completing.isEmpty
    }

    /// Ends the organizations whose grace is over; what fails is tried again. False if there was nothing to do.
    package func end() async throws -> Bool {
        let due = try await reads.pool.query(
            "SELECT org FROM rm.orgs WHERE ends_at <= now() AND deleted_at IS NULL ORDER BY ends_at LIMIT 100",
            as: UUID.self
        )
        var failure: (any Error)?
        var didSomething = false
        for id in due {
            await noting(&failure) { didSomething = try await Ending(OrgID(id), by: self).goOn() || didSomething }
        }
        try await isSeen()
        if let failure { throw failure }
        return didSomething
    }

    /// What is done must be seen to be done, or it would be done again.
    @discardableResult
    func isSeen() async throws -> Bool {
        let partition = Tenant.installation.partition
        return try await reads.wait(for: .installation, past: control.log.heads[partition], timeout: .seconds(5))
    }

    /// What fails is tried again later, and holds nothing else up.
    func noting(_ failure: inout (any Error)?, _ body: () async throws -> Void) async {
        do { try await body() } catch { failure = failure ?? error }
    }

    /// Runs a command of the control log as the system.
    func run<C: Command>(_ command: C) async throws(CommandError) -> C.Answer {
        let caller = Caller(tenant: .installation, actor: .system, user: nil)
        return try await control.handle(command, in: CommandContext(caller: caller)).answer
    }
}
