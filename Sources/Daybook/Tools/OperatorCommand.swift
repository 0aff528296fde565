internal import ArgumentParser
internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Sessions

/// `daybook operator …`
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Says who operates the installation by the control API (docs/control.md).",
        subcommands: [Grant.self, Revoke.self, List.self, Token.self]
    )

    /// Which account.
    struct Target: ParsableArguments {
        @Argument(
            help:
                "The account's identifier, account_…, or its verified e-mail address if no other account has the same."
        )
        var account: String

        func find(by workbench: Workbench) async throws -> AccountID {
            if let id = AccountID(account) { return id }
            let rows = try await workbench.control.pool.query(
                """
                SELECT account FROM rm.accounts
                 WHERE email_is_verified AND lower(email) = \(account.lowercased()) ORDER BY account LIMIT 2
                """,
                as: UUID.self
            )
            guard let first = rows.first else {
                throw ToolError("there is no account '\(account)'; a person has one once they have logged in")
            }
            guard rows.count == 1 else {
                throw ToolError("several accounts have this address; name one by its identifier")
            }
            return AccountID(first)
        }
    }

    /// `daybook operator grant ACCOUNT --role …`
    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes somebody an operator, or gives an operator another role."
        )

        @OptionGroup var target: Target

        @Option(help: "viewer reads, operator does everything.")
        var role: OperatorRole

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                let account = try await target.find(by: workbench)
                try await workbench.operate(GrantOperator(to: account, as: role))
                print("\(account) is \(role.rawValue)")
            }
        }
    }

    /// `daybook operator revoke ACCOUNT`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends what an operator may do, at once.")

        @OptionGroup var target: Target
        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                let account = try await target.find(by: workbench)
                try await workbench.operate(RevokeOperator(of: account))
                print("\(account) is no operator")
            }
        }
    }

    /// `daybook operator list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Who operates the installation.")

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                let rows = try await workbench.control.pool.query(
                    """
                    SELECT o.account, o.role, coalesce(a.email, ''), o.granted_at
                      FROM rm.operators o LEFT JOIN rm.accounts a ON a.account = o.account ORDER BY o.granted_at
                    """,
                    as: (UUID, String, String, PostgresTimestamp).self
                )
                var table = TextTable()
                table.add(["ACCOUNT", "ROLE", "EMAIL", "SINCE"])
                for (account, role, email, since) in rows {
                    let time = Timestamp(microseconds: since.microsecondsSince1970)
                    table.add(["\(AccountID(account))", role, email, "\(time)"])
                }
                print(table, terminator: "")
            }
        }
    }

    /// `daybook operator token ACCOUNT`
    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Opens a session of an operator and prints its token, for `daybook ctl` and scripts."
        )

        @OptionGroup var target: Target

        @Option(help: "How long the session lasts, such as 1h or 12h.")
        var lifetime: Lifetime = Lifetime(seconds: 12 * 3600)

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                let account = try await target.find(by: workbench)
                guard try await workbench.operate(AskOperator(account)).role != nil else {
                    throw ToolError("\(account) is no operator; make it one by `daybook operator grant`")
                }
                let opened = try await workbench.control.issuer.open(
                    account: account,
                    lifetimes: .fixed(.seconds(lifetime.seconds)),
                    label: "daybook operator token"
                )
                // The token alone on standard output, so that a script can take it.
                print(opened.token)
                FileHandle.standardError.write(Data("session \(opened.id)\n".utf8))
            }
        }
    }
}

extension OperatorRole: ExpressibleByArgument {}
