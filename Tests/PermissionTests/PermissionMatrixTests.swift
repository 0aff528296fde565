import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import GatewayHTTP

/// Each kind of caller on each route, against what `Decisions` says.
struct PermissionMatrixTests {
    @Test func `every route does for every caller what is decided, and none is undecided`() async throws {
        try await Town.run { town in
            expectDecided(town)
            for decision in Decisions.all {
                for asker in Asker.allCases {
                    guard let verdict = decision.verdicts[asker] else { continue }
                    try await check(decision, asker, verdict, in: town)
                }
            }
        }
    }

    @Test func `with a cookie nothing is changed that does not come from the installation's own pages`() async throws {
        try await Town.run { town in
            for (route, asker) in try cookieHolders(town) {
                // One that changes something for this asker.
                guard let decision = Decisions.all.first(where: { $0.route == route && $0.verdicts[asker] == .yes })
                else {
                    Issue.record("nobody with a cookie may \(route)")
                    continue
                }
                try await checkCookies(decision, asker, in: town)
            }
        }
    }

    @Test func `a route that looks at no session sets no cookie`() async throws {
        try await Town.run { town in
            for route in Decisions.sessionless {
                let decision = try #require(Decisions.all.first { $0.route == route })
                let token = try town.token(of: .account)
                let cookie = "\(town.cookies.account)=\(try #require(token))"
                let request = try await town.request(for: decision, by: .account)
                let answer = try await town.send(request, [.cookie: cookie, .origin: "https://evil.example"])
                if decision.verdicts[.account] == .yes {
                    #expect(answer.status == town.status(of: route), "\(answer.text)")
                }
                #expect(answer.headers[.setCookie] == nil && answer.status != 401, "\(answer.text)")
            }
        }
    }

    @Test func `what is dangerous is refused to whoever has logged in long ago`() async throws {
        try await Town.run { town in
            let endpoints = town.surfaces.flatMap(\.endpoints).filter(\.needsRecentLogin)
            #expect(Set(endpoints.map(\.route)) == Decisions.afterRecentLogin)
            for endpoint in endpoints {
                let asker: Asker =
                    switch endpoint.access {
                    case .user: .owner
                    case .account, .services, .everybody: .account
                    case .operators: .operator
                    // It has no login.
                    case .services: .service
                    }
                let decision = try #require(
                    Decisions.all.first { $0.route == endpoint.route && $0.verdicts[asker] == .yes }
                )
                let request = try await town.request(for: decision, by: asker)
                let token = try await town.staleToken(of: asker)
                let answer = try await town.send(request, [.authorization: "Bearer \(token)"])
                #expect(answer.status == 401 && answer.code == "auth.step_up_required", "\(decision): \(answer.text)")
                #expect(answer.text.contains(#""login_url":"/auth/login?max_age=300"#), "\(answer.text)")
                #expect(
                    answer.headers[.wwwAuthenticate]?.contains(#"error="insufficient_user_authentication""#) == true
                )
            }
        }
    }

    // MARK: Whether all is decided

    private func expectDecided(_ town: Town) {
        let contracts = town.surfaces.map { "GET \($0.surface.contractPath)" }
        let routes = Set(town.surfaces.flatMap { $0.endpoints.map(\.route) } + contracts)
        let decided = Set(Decisions.all.map(\.route))
        #expect(routes.subtracting(decided) == [], "say in Decisions.swift who may use them")
        #expect(decided.subtracting(routes) == [], "there are no such routes")
        // Nothing is put on the router beside the endpoints.
        #expect(town.paths == Set(routes.map { String($0.split(separator: " ")[1]) }))
    }

    // MARK: One cell

    private func check(_ decision: Decision, _ asker: Asker, _ verdict: Verdict, in town: Town) async throws {
        let request = try await town.request(for: decision, by: asker)
        let headers = try bearer(asker, request, in: town)
        let answer = try await town.send(request, headers)
        let cell = "\(decision), \(asker.rawValue): \(answer.status) \(answer.text.prefix(300))"
        switch verdict {
        case .yes: #expect(answer.status == town.status(of: decision.route), "\(cell)")
        case .lacking(let status, let code), .refused(let status, let code):
            #expect(answer.status == status && answer.code == code, "\(cell), and not \(status) \(code)")
        }
        if case .refused(404, _) = verdict {
            let nothing = try await town.send(request.ofNothing, headers)
            #expect(answer.seen == nothing.seen, "\(cell), and for what is not there \(nothing.text)")
            #expect(request.path != request.ofNothing.path, "\(decision) names nothing that could be missing")
        }
        // Who shows an agent's secret is that agent, and foreign no more.
        if Asker.foreign.contains(asker), !Decisions.sessionless.contains(decision.route) {
            for secret in town.secrets where !request.path.contains(secret.text) {
                #expect(!answer.text.contains(secret.text), "\(cell) tells of \(secret)")
            }
        }
    }

    private func bearer(_ asker: Asker, _ request: Request, in town: Town) throws -> HTTPFields {
        guard let token = try request.token ?? town.token(of: asker) else { return [:] }
        return [.authorization: "Bearer \(token)"]
    }

    // MARK: Cookies

    /// The routes that know cookies, each with somebody who has one that is good there.
    private func cookieHolders(_ town: Town) throws -> [(route: String, asker: Asker)] {
        try town.surfaces.flatMap(\.endpoints).compactMap { endpoint in
            let askers: [Asker] =
                switch endpoint.access {
                case .user: [.owner, .auditor]
                case .account: [.account]
                case .operators: [.operator]
                // It has no cookie.
                case .services: []
                // Of those that are for everybody, what changes something looks at a session all the same.
                case .everybody:
                    endpoint.method == .get || Decisions.sessionless.contains(endpoint.route) ? [] : [.account]
                }
            guard !askers.isEmpty else { return nil }
            let decisions = Decisions.all.filter { $0.route == endpoint.route }
            let asker = askers.first { asker in decisions.contains { $0.verdicts[asker] == .yes } }
            return (endpoint.route, try #require(asker, "nobody with a cookie may \(endpoint.route)"))
        }
    }

    private func checkCookies(_ decision: Decision, _ asker: Asker, in town: Town) async throws {
        let request = try await town.request(for: decision, by: asker)
        let ours = try town.token(of: asker)
        let token = try #require(request.token ?? ours)
        let isTenant = town.people[asker] != nil
        let name = isTenant ? town.cookies.tenant(Town.slug) : town.cookies.account
        var plain: HTTPFields = [.cookie: "\(name)=\(token)"]
        if isTenant { plain[.daybookTenant] = Town.slug }
        let isRead = request.method == .get
        let (foreign, own) = ("https://evil.example", town.cookies.origin)
        let refused: [HTTPFields] = [
            [:], [.daybookCSRF: "0"], [.secFetchSite: "same-origin"],
            [.origin: foreign], [.origin: foreign, .daybookCSRF: "1"], [.origin: "null", .daybookCSRF: "1"],
            [.secFetchSite: "cross-site", .daybookCSRF: "1"], [.secFetchSite: "same-site", .origin: own],
        ]
        for fields in refused {
            let answer = try await town.send(request, plain.adding(fields))
            if isRead {
                #expect(answer.status == town.status(of: decision.route), "\(decision): \(answer.text)")
            } else {
                #expect(answer.status == 403 && answer.code == "auth.foreign_origin", "\(decision): \(answer.text)")
            }
        }
        let answer = try await town.send(request, plain.adding([.daybookCSRF: "1"]))
        #expect(answer.status == town.status(of: decision.route), "\(decision): \(answer.text)")
        guard !isRead else { return }
        let again = try await town.request(for: decision, by: asker)
        var fields = plain.adding([.origin: own, .secFetchSite: "same-origin"])
        if let token = again.token { fields[.cookie] = "\(name)=\(token)" }
        // A page gets no bearer token.
        var asked = Request(again.method, again.path, again.body?.replacing("bearer", with: "cookie"))
        asked.type = again.type
        let honest = try await town.send(asked, fields)
        #expect(honest.status == town.status(of: decision.route), "\(decision): \(honest.text)")
    }
}

extension Town {
    /// Of an answer where all is well.
    func status(of route: String) -> Int {
        surfaces.flatMap(\.endpoints).first { $0.route == route }?.status.code ?? 200
    }
}

extension Town.Answer {
    /// All that a client can see but what is new with each request.
    fileprivate var seen: [String] {
        let body = headers[.xRequestID].map { text.replacing($0, with: "") } ?? text
        let fields = headers.filter { $0.name != .xRequestID && $0.name != .date }
        return ["\(status)", body] + fields.map { "\($0.name): \($0.value)" }.sorted()
    }
}

extension HTTPFields {
    fileprivate func adding(_ others: HTTPFields) -> HTTPFields {
        var fields = self
        for field in others { fields[field.name] = field.value }
        return fields
    }
}
