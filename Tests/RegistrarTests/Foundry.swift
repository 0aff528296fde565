import Commands
import EventStore
import Events
import Foundation
import Logging
import Postgres
import Registrar
import Synchronization
import TestSupport

/// A control plane and a cell, and somebody who wants to found an organization.
struct Foundry: Sendable {
    let database: TestDatabase
    let control: TestControl
    let account: AccountID
    let letters = Letters()
    let tokens: InviteTokens

    final class Letters: Sendable {
        let sent = Mutex<[Invitations.Letter]>([])
    }

    static func run(_ body: (Foundry) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            let control = try await database.control()
            let foundry = Foundry(
                database: database,
                control: control,
                account: try await person(control),
                tokens: InviteTokens(masterKey: database.masterKey)
            )
            try await body(foundry)
        }
    }

    static func person(_ control: TestControl) async throws -> AccountID {
        try await control.run(
            LogIn(
                issuer: "https://id.example.com",
                subject: UUID().uuidString,
                name: "Ada",
                email: "ada@example.com",
                emailIsVerified: true
            )
        ).answer.account
    }

    /// As a process has it that begins now: nothing is remembered.
    ///
    /// - Parameters:
    ///   - cells: their names, and whether they take tenants; all over the same log.
    ///   - clock: tells when mail that failed is tried again.
    ///   - send: takes letters; those that count take all.
    func registrar(
        cells: KeyValuePairs<String, Bool> = ["main": true],
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        send: (@Sendable (Invitations.Letter) async throws -> Void)? = nil
    ) -> Registrar {
        let log = database.log()
        let codec = EventCodec(keyring: Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender)))
        let commands = CommandHandler(log: log, codec: codec, logger: database.logger)
        return Registrar(
            control: CommandHandler(log: control.plane.log, codec: control.plane.codec, logger: database.logger),
            reads: control.plane.reads,
            leases: control.pool(as: .projector),
            cells: cells.map { Cell(name: $0, log: log, commands: commands, takesTenants: $1) },
            invitations: Invitations(tokens: tokens, origin: "https://daybook.example", clock: clock) {
                [letters] letter in
                try await send?(letter)
                letters.sent.withLock { $0.append(letter) }
            },
            logger: database.logger
        )
    }

    func start(_ slug: String, by account: AccountID? = nil, now: Timestamp = .now) async throws -> OnboardingID {
        let command = StartOnboarding(
            onboarding: OnboardingID(),
            org: OrgID(),
            tenant: TenantID(),
            account: account ?? self.account,
            slug: slug,
            name: slug
        )
        let caller = Caller(tenant: .installation, actor: .account(account ?? self.account), user: nil, now: now)
        return try await control.plane.handler.handle(command, in: CommandContext(caller: caller)).answer.onboarding
    }

    func complete(
        _ onboarding: OnboardingID,
        inviting invites: [String] = ["bob@example.com", "cyd@example.com"]
    ) async throws {
        try await control.run(
            CompleteOnboarding(
                onboarding: onboarding,
                account: account,
                handle: "ada",
                name: "Ada",
                room: "engines",
                invites: invites
            )
        )
        try await control.isProjected()
    }

    func phase(of onboarding: OnboardingID) async throws -> String {
        try await control.isProjected()
        return try control.superuser().execute(
            "SELECT state FROM rm.onboardings WHERE onboarding = \(onboarding.uuid)"
        ).decode(String.self)[0]
    }
}

extension Registrar {
    /// A look at everything, and a letter. False if there was nothing.
    func look() async throws -> Bool {
        let didSomething = try await step()
        return try await mail() || didSomething
    }
}
