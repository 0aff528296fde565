import Commands
import ControlAPI
import EventStore
import Events
import Foundation
import GatewayHTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Sessions
import TestSupport
import Testing

/// A control API over a database of its own, with an operator.
struct Office: Sendable {
    let control: TestControl
    let account: AccountID
    let token: String
    private let client: any TestClientProtocol

    struct Answer: Sendable {
        let status: Int
        let json: JSON
        let text: String

        var code: String? { json["code"].text }
    }

    static func run(_ body: @escaping @Sendable (Office) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            let control = try await database.control()
            let api = ControlAPI(
                control: control.plane,
                cookies: SessionCookies(origin: "http://127.0.0.1"),
                limits: nil,
                masterKey: database.masterKey,
                grace: .seconds(7200)
            )
            let router = Router<DaybookRequestContext>.daybook()
            api.addRoutes(to: router)
            let (account, token) = try await person(control)
            try await control.run(GrantOperator(to: account, as: .operator))
            try await Application(router: router, logger: database.logger).test(.router) { client in
                try await body(Office(control: control, account: account, token: token, client: client))
            }
        }
    }

    /// Somebody who has logged in, and their token.
    static func person(_ control: TestControl) async throws -> (AccountID, String) {
        let account = try await control.run(
            LogIn(
                issuer: "https://id.example.com",
                subject: UUID().uuidString,
                name: "Ada",
                email: "ada@example.com",
                emailIsVerified: true
            )
        ).answer.account
        let opened = try await control.plane.issuer.open(
            account: account,
            lifetimes: .fixed(.seconds(600)),
            label: "test"
        )
        return (account, opened.token)
    }

    /// Makes an organization whose tenant is open.
    func found(_ slug: String) async throws -> OrgID {
        let tenant = Tenant(id: .v7(), partition: Partition(0))
        try await control.register(tenant, as: slug)
        try await control.isProjected()
        return OrgID(
            try control.superuser().execute("SELECT org FROM rm.orgs WHERE slug = \(slug)").decode(UUID.self)[0]
        )
    }

    @discardableResult
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        as token: String? = nil,
        key: String? = nil
    ) async throws -> Answer {
        var headers: HTTPFields = [.authorization: "Bearer \(token ?? self.token)"]
        if body != nil { headers[.contentType] = "application/json" }
        if let key { headers[HTTPField.Name("Idempotency-Key")!] = key }
        headers[HTTPField.Name("X-Request-Id")!] = "request-1"
        let response = try await client.executeRequest(
            uri: path,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(string: $0) }
        )
        let text = String(buffer: response.body)
        return Answer(status: response.status.code, json: text.isEmpty ? .null : try JSON(text.utf8), text: text)
    }

    /// What the log says of operators' requests, in order.
    func calls() async throws -> [(method: String, route: String, target: String, requestID: String)] {
        let plane = control.plane
        var calls: [(String, String, String, String)] = []
        for raw in try await plane.log.read(of: .installation, after: 0, limit: 1_000) {
            guard case .control(.operatorCall(_, let event)) = try await plane.codec.decode(raw).event,
                case .called(let account, let method, let route, let target, let requestID) = event
            else { continue }
            #expect(account == self.account)
            calls.append((method, route, target, requestID))
        }
        return calls
    }
}
