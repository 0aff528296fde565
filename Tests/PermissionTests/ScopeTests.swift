import Events
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import GatewayHTTP

/// What tokens of limited scope are good for, on every route for users of tenants.
struct ScopeTests {
    @Test func `a token is good where its scope says, and nowhere else, whatever its user may do`() async throws {
        try await Town.run { town in
            let endpoints = town.surfaces.flatMap(\.endpoints).filter { $0.access == .user }
            #expect(Set(endpoints.compactMap(\.scope)) == Set(TokenScope.allCases), "a scope that no route asks for")
            let credential = try await town.issueSecret(to: town.id(.owner)).id
            for endpoint in endpoints {
                let scope = try #require(endpoint.scope)
                let route = endpoint.route
                let decision = try #require(Decisions.all.first { $0.route == route && $0.verdicts[.owner] != nil })
                let others = TokenScope.allCases.filter { $0 != scope }
                let request = try await town.request(for: decision, by: .owner)
                let narrow = try await town.scoped(to: others, by: credential)
                let refused = try await town.send(request, [.authorization: "Bearer \(narrow)"])
                #expect(refused.status == 403 && refused.code == "auth.insufficient_scope", "\(route): \(refused.text)")
                #expect(
                    refused.headers[.wwwAuthenticate]
                        == #"Bearer error="insufficient_scope", scope="\#(scope.rawValue)""#
                )
                let fitting = try await town.scoped(to: [scope], by: credential)
                let answer = try await town.send(request, [.authorization: "Bearer \(fitting)"])
                #expect(answer.code != "auth.insufficient_scope", "\(route): \(answer.text)")
            }
        }
    }
}
