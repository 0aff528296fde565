import EventStore
import Events
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Sessions
import TestSupport
import Testing

/// A client of one user: registers a queue and polls it.
struct Subscriber: Sendable {
    var stage: Stage
    let user: UserID
    let token: String
    let session: SessionID
    var queue = ""
    var cursor = ""
    /// The answer to the registration.
    var registration = JSON.null

    struct Answer: Sendable {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let body: JSON

        var events: [JSON] { body["events"].items }
        var code: String? { body["code"].text }
    }

    init(_ user: UserID, on stage: Stage, in tenant: Tenant? = nil) async throws {
        self.stage = stage
        self.user = user
        (session, _, token) = try await stage.control.open(tenant: tenant ?? stage.tenant, user: user)
    }

    func send(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws -> Answer {
        var headers: HTTPFields = [.authorization: "Bearer \(token)"]
        var buffer: ByteBuffer?
        if let body {
            headers[.contentType] = "application/json"
            buffer = ByteBuffer(bytes: try JSONEncoder().encode(body))
        }
        let answer = try await stage.client.execute(uri: path, method: method, headers: headers, body: buffer) {
            response in
            let bytes = Array(response.body.readableBytesView)
            return Answer(
                status: response.status,
                headers: response.headers,
                body: bytes.isEmpty ? .null : try JSON(bytes)
            )
        }
        try await hold(answer, to: method, path, body)
        return answer
    }

    /// Every answer of every test is held against the contract of the surface.
    private func hold(_ answer: Answer, to method: HTTPRequest.Method, _ path: String, _ body: JSON?) async throws {
        let exchange = ContractReader.Exchange(
            method: method.rawValue,
            path: path,
            request: body,
            status: answer.status.code,
            headers: Dictionary(
                answer.headers.map { ($0.name.canonicalName, $0.value) },
                uniquingKeysWith: { "\($0), \($1)" }
            ),
            answer: answer.body == .null ? nil : answer.body
        )
        for fault in try await stage.contract().faults(of: exchange) { Issue.record("\(fault)") }
    }

    /// Registers a queue, and goes on with it.
    @discardableResult
    mutating func register(_ body: JSON = [:]) async throws -> Answer {
        let answer = try await send(.post, "/realtime/queues", body)
        guard answer.status == .created, let queue = answer.body["queue_id"].text,
            let cursor = answer.body["cursor"].text
        else {
            return answer
        }
        (self.queue, self.cursor, registration) = (queue, cursor, answer.body)
        return answer
    }

    /// Polls without moving on.
    func peek(timeout: Int = 0, limit: Int? = nil, cursor: String? = nil) async throws -> Answer {
        let limit = limit.map { "&limit=\($0)" } ?? ""
        return try await send(
            .get,
            "/realtime/queues/\(queue)/events?cursor=\(cursor ?? self.cursor)&timeout_s=\(timeout)\(limit)"
        )
    }

    /// Polls without moving on, with nothing to be told yet, and lets `body` happen while the poll is parked.
    func whileParked(_ body: () async throws -> Void) async throws -> Answer {
        async let answer = peek(timeout: 30)
        try await eventually { stage.api.polls == 1 }
        try await body()
        return try await answer
    }

    @discardableResult
    mutating func poll(timeout: Int = 0, limit: Int? = nil) async throws -> Answer {
        let answer = try await peek(timeout: timeout, limit: limit)
        guard answer.status == .ok, let next = answer.body["cursor"].text else {
            throw StageError("the poll was answered with \(answer.status): \(answer.body)")
        }
        cursor = next
        return answer
    }

    /// Polls until there are so many events, for at most ten seconds, and checks that they are numbered without a gap.
    mutating func events(_ count: Int, limit: Int? = nil) async throws -> [JSON] {
        var events: [JSON] = []
        let deadline = ContinuousClock.now + .seconds(10)
        while events.count < count {
            guard deadline > .now else {
                throw StageError("\(events.count) of \(count) events came: \(events.map { $0["type"] })")
            }
            let answer = try await poll(timeout: 1, limit: limit)
            for (index, event) in answer.events.enumerated()
            where event["number"].int != (answer.body["from"].int ?? 0) + Int64(index) {
                throw StageError("the events are not numbered from \(answer.body["from"]) on")
            }
            events += answer.events
        }
        return events
    }

    /// All that is there now and no more.
    mutating func drain() async throws -> [JSON] {
        try await stage.fannedOut()
        var events: [JSON] = []
        while true {
            let answer = try await poll(timeout: 0)
            if answer.events.isEmpty { return events }
            events += answer.events
        }
    }
}

extension JSON {
    /// The body of a `message.created`.
    var messageBody: String? { self["data"]["message"]["body"].text }
}
