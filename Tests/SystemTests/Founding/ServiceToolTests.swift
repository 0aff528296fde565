import Foundation
import Postgres
import TestSupport
import Testing

/// A program of the installation, from its first key to its last.
@Suite(.timeLimit(.minutes(20)))
struct ServiceToolTests {
    private struct Problem: Decodable { var code: String }
    private struct Me: Decodable { var name: String, scopes: [String] }
    private struct Place: Decodable { var slug: String, state: String, cell: String? }
    private struct Usage: Decodable { var items: [Line] }
    private struct Line: Decodable { var meter: String, quantity: Int }

    private struct Report: Encodable, Sendable {
        var meter = "vm_seconds"
        var quantity = 60
        var from = "2026-11-01T00:00:00.000000Z"
        var to = "2026-11-01T00:01:00.000000Z"
    }

    @Test
    func `a service is registered, uses the internal API by what it signs, and is shut out when its key is revoked`()
        async throws
    {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let row = try installation.control().execute("SELECT tenant FROM rm.orgs WHERE slug = 'demo'")
            let tenant = "tenant_\(try row.decode(UUID.self)[0].uuidString.lowercased())"
            #expect(try await installation.attempt(["service", "grant", "No", "--scopes", "tenants:read"]).status != 0)
            try await installation.tool("service", "grant", "vm-plane", "--scopes", "tenants:read", "usage:write")
            let file = "\(installation.folder)/vm-plane.key"
            let key = try await installation.tool("service", "add-key", "vm-plane", file)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            try await eventually("the registry lists the key") {
                try await installation.tool("service", "list").contains(key)
            }
            let token = try await installation.tool("service", "token", "vm-plane", file, "--audience", server.url)
                .trimmingCharacters(in: .whitespacesAndNewlines)

            let me = try await server.get("/api/internal/me", as: token).decode(Me.self)
            #expect(me.name == "vm-plane" && me.scopes == ["tenants:read", "usage:write"])
            let place = try await server.get("/api/internal/tenants/\(tenant)", as: token).decode(Place.self)
            #expect(place.slug == "demo" && place.state == "active" && place.cell == "main")
            let nobody = try await server.get(
                "/api/internal/tenants/tenant_\(UUID().uuidString.lowercased())",
                as: token
            )
            #expect(nobody.status == 404)

            // Neither kind of token is good where the other is.
            for path in ["/api/me", "/auth/session", "/control/orgs"] {
                #expect(try await server.get(path, as: token).status == 401, "\(path)")
            }
            let asUser = try await server.get("/api/internal/me", as: ada)
            #expect(asUser.status == 401)
            #expect(try asUser.decode(Problem.self).code == "auth.service_refused")

            try await report(to: tenant, at: server, as: token, seenBy: ada)

            try await installation.tool("service", "revoke-key", "vm-plane", key)
            try await eventually("its key is good no more") {
                try await server.get("/api/internal/me", as: token).status == 401
            }
        }
    }

    private func report(to tenant: String, at server: Server, as token: String, seenBy ada: String) async throws {
        let path = "/api/internal/tenants/\(tenant)/usage/report_\(UUID().uuidString.lowercased())"
        for _ in 0..<3 { #expect(try await server.send(.PUT, path, Report(), as: token).status == 204) }
        let other = try await server.send(.PUT, path, Report(quantity: 61), as: token)
        #expect(other.status == 422)
        #expect(try other.decode(Problem.self).code == "usage.report_reused")
        let next = "/api/internal/tenants/\(tenant)/usage/report_\(UUID().uuidString.lowercased())"
        for (wrong, code) in [
            (Report(meter: "messages"), "usage.meter_not_reported"),
            (Report(quantity: 0), "usage.quantity_out_of_range"),
            (Report(quantity: 1 << 31), "usage.quantity_out_of_range"),
            (Report(to: "2026-11-03T00:00:00.000000Z"), "usage.window_invalid"),
            (Report(to: "2026-10-31T00:00:00.000000Z"), "usage.window_invalid"),
            (
                Report(from: "2999-01-01T00:00:00.000000Z", to: "2999-01-01T00:00:01.000000Z"), "usage.window_invalid"
            ),
        ] {
            let refused = try await server.send(.PUT, next, wrong, as: token)
            #expect(refused.status == 422 && (try? refused.decode(Problem.self).code) == code)
        }
        #expect(try await server.send(.PUT, next, Report(quantity: 5), as: token).status == 204)
        try await eventually("the tenant sees what was reported, once") {
            try await server.get("/api/usage?meter=vm_seconds", as: ada).decode(Usage.self).items
                .map(\.quantity) == [65]
        }
        struct Limits: Decodable { var items: [Limit] }
        struct Limit: Decodable { var meter: String, used: Int }
        let limits = try await server.get("/api/limits", as: ada).decode(Limits.self).items
        #expect(limits.first { $0.meter == "vm_seconds" }?.used == 65)
    }
}
