package import Commands
internal import EventStore
internal import Events
internal import Foundation
package import Logging
package import Postgres

/// Founds organizations, lets names lapse that nobody took, and mails invitations: what has to happen after somebody asked for it,
/// whatever dies meanwhile.
///
/// It keeps nothing. What is to be done is looked up in the read models of the control log, and each step is a command that does
/// nothing the second time, so any number of processes may do this at once and each may die anywhere.
package struct Registrar: Sendable {
    let control: CommandHandler
    /// Reads the control database as `daybook_gateway`.
    let pool: PostgresPool
    /// Where new tenants live; the first.
    let cells: [Cell]
    /// Nil where no mail is sent.
    let invitations: Invitations?
    let logger: Logger

    package init(
        control: CommandHandler,
        pool: PostgresPool,
        cells: [Cell],
        invitations: Invitations?,
        logger: Logger
    ) {
        precondition(!cells.isEmpty, "tenants live somewhere")
        self.control = control
        self.pool = pool
        self.cells = cells
        self.invitations = invitations
        self.logger = logger
    }

    /// Does what is to be done, as soon as it is, until cancelled.
    ///
    /// - Parameter interval: how long it waits when there was nothing.
    package func run(every interval: Duration = .milliseconds(100)) async {
        var isFailing = false
        var pause = interval
        while !Task.isCancelled {
            do {
                let didSomething = try await step()
                pause = didSomething ? .zero : interval
                isFailing = false
            } catch {
                guard !Task.isCancelled else { return }
                // Once an outage, not once a try.
                if !isFailing { logger.warning("the registrar waits", metadata: ["error": "\(error)"]) }
                isFailing = true
                pause = .seconds(1)
            }
            // A cancelled sleep ends the loop.
            try? await Task.sleep(for: pause)
        }
    }

    /// One look: everything that is to be done now. False if there was nothing.
    package func step() async throws -> Bool {
        let lapsing = try await pool.query(
            """
            SELECT onboarding FROM rm.onboardings
             WHERE state = 'started' AND held_until < now() ORDER BY held_until LIMIT 100
            """,
            as: UUID.self
        )
        for id in lapsing { _ = try await run(LapseOnboarding(onboarding: OnboardingID(id))) }
        let completing = try await pool.query(
            "SELECT onboarding FROM rm.onboardings WHERE state = 'completing' ORDER BY held_until LIMIT 100",
            as: UUID.self
        )
        for id in completing { try await Founding(OnboardingID(id), by: self).goOn() }
        let mailed = try await invitations?.mailPending(by: self) ?? false
        return !lapsing.isEmpty || !completing.isEmpty || mailed
    }

    /// Runs a command of the control log as the system.
    func run<C: Command>(_ command: C) async throws(CommandError) -> C.Answer {
        let caller = Caller(tenant: .installation, actor: .system, user: nil)
        return try await control.handle(command, in: CommandContext(caller: caller)).answer
    }
}
