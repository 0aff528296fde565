internal import ArgumentParser
internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import OIDC
internal import Postgres
internal import Sessions

/// `daybook service …`
struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Says which programs use the internal API, and what they sign with (docs/services.md).",
        subcommands: [Grant.self, Retire.self, List.self, AddKey.self, RevokeKey.self, Token.self]
    )

    /// Which service.
    struct Target: ParsableArguments {
        @Argument(help: "The service's name, such as agents-worker.")
        var service: String
    }

    /// `daybook service grant SERVICE --scopes …`
    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a service do some things and nothing else; the first time makes it."
        )

        @OptionGroup var target: Target

        @Option(parsing: .upToNextOption, help: "What it may do.")
        var scopes: [ServiceScope]

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                try await workbench.operate(GrantService(target.service, scopes: Set(scopes)))
                print("\(target.service) may: \(ServiceScope.text(of: Set(scopes)))")
            }
        }
    }

    /// `daybook service retire SERVICE`
    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends a service and all of its keys.")

        @OptionGroup var target: Target
        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                try await workbench.operate(RetireService(target.service))
                print("\(target.service) may do nothing")
            }
        }
    }

    /// `daybook service list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Which services there are, and their keys.")

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                let rows = try await workbench.control.pool.query(
                    """
                    SELECT s.name, s.scopes, k.key, k.added_at, k.expires_at
                      FROM rm.services s LEFT JOIN rm.service_keys k ON k.service = s.service ORDER BY s.name, k.added_at
                    """,
                    as: (String, [String], UUID?, PostgresTimestamp?, PostgresTimestamp?).self
                )
                func text(_ time: PostgresTimestamp?) -> String {
                    time.map { "\(Timestamp(microseconds: $0.microsecondsSince1970))" } ?? ""
                }
                var table = TextTable()
                table.add(["SERVICE", "SCOPES", "KEY", "ADDED", "EXPIRES"])
                for (name, scopes, key, added, expires) in rows {
                    let id = key.map { "\(CredentialID($0))" } ?? ""
                    table.add([name, scopes.joined(separator: " "), id, text(added), text(expires)])
                }
                print(table, terminator: "")
            }
        }
    }

    /// `daybook service add-key SERVICE KEY-FILE`
    struct AddKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-key",
            abstract: "Makes an Ed25519 key, writes its private part to a new file and registers its public part."
        )

        @OptionGroup var target: Target

        @Argument(help: "Where the private key goes, a JWK that only its owner can read.")
        var keyFile: String

        @Option(help: "How long the key is good, such as 90d; until it is revoked without it.")
        var lifetime: Lifetime?

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                let signer = AssertionSigner()
                let id = CredentialID()
                // The file first: a key that is registered and lost would have to be revoked.
                try SecretFile.create(keyFile, signer.privateJWK)
                do {
                    try await workbench.operate(
                        AddServiceKey(
                            to: target.service,
                            key: id,
                            jwk: signer.publicJWK,
                            expiresAt: lifetime.map {
                                Timestamp(microseconds: Timestamp.now.microseconds + $0.seconds * 1_000_000)
                            }
                        )
                    )
                } catch {
                    try? FileManager.default.removeItem(atPath: keyFile)
                    throw error
                }
                print(id)
            }
        }
    }

    /// `daybook service revoke-key SERVICE KEY`
    struct RevokeKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-key",
            abstract: "Ends a key, and all that was signed with it, within a second."
        )

        @OptionGroup var target: Target

        @Argument(help: "The key's identifier, credential_….")
        var key: String

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            guard let id = CredentialID(key) else { throw ToolError("'\(key)' is no key's identifier") }
            try await Workbench.run(installation) { workbench in
                try await workbench.operate(RevokeServiceKey(of: target.service, key: id))
                print("\(id) is revoked")
            }
        }
    }

    /// `daybook service token SERVICE KEY-FILE`
    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Signs a token of a service and prints it, for trying things out. Asks no store."
        )

        @OptionGroup var target: Target

        @Argument(help: "The file with the private key.")
        var keyFile: String

        @Option(help: "The installation's address, its `public-url`.")
        var audience: String

        @Option(help: "How long the token is good, at most 5m.")
        var lifetime: Lifetime = Lifetime(seconds: 300)

        func run() async throws {
            let bytes: Data
            do { bytes = try Data(contentsOf: URL(fileURLWithPath: keyFile)) } catch {
                throw ToolError("cannot read \(keyFile): \(error.localizedDescription)")
            }
            guard ServiceName.isValid(target.service) else { throw ToolError("'\(target.service)' names no service") }
            guard .seconds(lifetime.seconds) <= ServiceStore.maximumLifetime else {
                throw ToolError("a token is good for 5m at most")
            }
            do {
                print(
                    try AssertionSigner(privateJWK: bytes).sign(
                        type: ServiceStore.tokenType,
                        owner: target.service,
                        audience: audience,
                        lifetime: .seconds(lifetime.seconds)
                    )
                )
            } catch let error as OIDCError {
                throw ToolError("\(keyFile): \(error)")
            }
        }
    }
}

extension ServiceScope: ExpressibleByArgument {
    fileprivate static func text(of scopes: Set<ServiceScope>) -> String {
        allCases.filter(scopes.contains).map(\.rawValue).joined(separator: " ")
    }
}
