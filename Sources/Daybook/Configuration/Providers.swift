internal import Foundation
internal import Logging
internal import OIDC
internal import Observability
internal import Settings

/// The OpenID providers that an installation trusts.
struct Providers {
    let all: [Provider]
    private let client: ProviderClient?

    /// Those of the file that the settings name: a JSON array, see docs/auth.md.
    init(_ settings: Settings, redactor: Redactor, logger: Logger) throws {
        guard let file = settings[\.providersFile] else {
            (all, client) = ([], nil)
            return
        }
        let configurations: [ProviderConfiguration]
        do {
            configurations = try JSONDecoder().decode(
                [ProviderConfiguration].self,
                from: Data(contentsOf: URL(filePath: file))
            )
        } catch {
            throw ToolError("\(file) is no list of providers: \(error)")
        }
        guard Set(configurations.map(\.name)).count == configurations.count else {
            throw ToolError("\(file): two providers have the same name")
        }
        for secret in configurations.compactMap(\.clientSecret) { redactor.hide(secret) }
        let client = ProviderClient(logger: logger)
        self.client = client
        all = try configurations.map { try Provider($0, client: client, logger: logger) }
    }

    func close() async throws { try await client?.shutdown() }
}
