package import Commands
internal import EventStore
internal import Events
package import Foundation
package import Logging
package import Postgres
package import Projections

/// Founds organizations, lets names lapse that nobody took, and mails invitations: what has to happen after somebody asked for it,
/// whatever dies meanwhile.
///
/// It keeps nothing. What is to be done is looked up in the read models of the control log, and each step is a command that does
/// nothing the second time, so any number of processes may do this and each may die anywhere. One does it at a time, by a lease, or
/// each mail would go out from all of them.
package struct Registrar: Sendable {
    /// How long another process waits for one that died.
    private static let lease: Duration = .seconds(10)

    let control: CommandHandler
    /// Of the control log.
    let reads: ReadModels
    /// Connects to the control database as `daybook_projector`.
    private let leases: PostgresPool
    private let owner = UUID()
    /// Where new tenants live; the first.
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
        var isFailing = false
        var pause = interval
        while !Task.isCancelled {
            do {
                let didSomething = try await isOurs() ? try await step() : false
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

    /// Whether this process is the one that does it, for a while from now on.
    private func isOurs() async throws -> Bool {
        try await leases.withConnection { [owner] connection in
            let partition = Tenant.installation.partition
            return try Lease.acquire("registrar", of: partition, by: owner, for: Self.lease, on: connection) != nil
        }
    }

    /// One look: everything that is to be done now, what fails last. False if there was nothing.
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
        let letters = try await invitations?.pending(by: self) ?? []
        for letter in letters {
            await noting(&failure) { try await invitations?.mail(letter, by: self) }
        }
        // What is done must be seen to be done, or it would be done again.
        let partition = Tenant.installation.partition
        _ = try await reads.wait(for: .installation, past: control.log.heads[partition], timeout: .seconds(5))
        if let failure { throw failure }
        return !lapsing.isEmpty || !completing.isEmpty || !letters.isEmpty
    }

    /// What fails is tried again later, and holds nothing else up.
    private func noting(_ failure: inout (any Error)?, _ body: () async throws -> Void) async {
        do { try await body() } catch { failure = failure ?? error }
    }

    /// Runs a command of the control log as the system.
    func run<C: Command>(_ command: C) async throws(CommandError) -> C.Answer {
        let caller = Caller(tenant: .installation, actor: .system, user: nil)
        return try await control.handle(command, in: CommandContext(caller: caller)).answer
    }
}
