internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Postgres
internal import Projections

/// A policy and why an organization is to have it, as requests say it.
protocol NewPolicy: Decodable, Sendable {
    associatedtype Document: PolicyDocument
    var policy: Document { get }
    var reason: String { get }
}

/// A policy of an organization, as answers tell it.
protocol OrgPolicyAnswer: EndpointAnswer {
    associatedtype Document: PolicyDocument
    init(policy: Document, isDefault: Bool, reason: String?, setAt: Timestamp?, isInForce: Bool)
}

extension ControlAPI {
    var policyEndpoints: [Endpoint] {
        policyEndpoints("language models", NewLLMPolicy.self, OrgLLMPolicyView.self)
            + policyEndpoints("virtual machines", NewVMPolicy.self, OrgVMPolicyView.self)
            + policyEndpoints("the cache of files", NewFSCachePolicy.self, OrgFSCachePolicyView.self)
    }

    private func policyEndpoints<New: NewPolicy, Answer: OrgPolicyAnswer>(
        _ what: String,
        _ new: New.Type,
        _ answer: Answer.Type
    ) -> [Endpoint] where New.Document == Answer.Document {
        let path = "/control/orgs/{org}/policies/\(New.Document.kind.rawValue)"
        @Sendable func set(_ document: New.Document?, _ reason: String, _ call: Call) async throws -> Reply<Answer> {
            let org: OrgID = try call.id("org")
            let command = SetOrgPolicy(org: org, policy: New.Document.policy(document), reason: reason)
            try await run(command, for: call)
            return Reply(try await policy(of: org))
        }
        return [
            Endpoint(
                .get,
                path,
                "What an organization may do with \(what)",
                access: .operators(.viewer),
                limit: .control
            ) { call -> Reply<Answer> in
                Reply(try await self.policy(of: call.id("org")))
            },
            Endpoint(
                .put,
                path,
                "Says what an organization may do with \(what), which its tenant is told within a moment",
                access: .operators(.operator),
                body: New.self,
                problems: [.orgOver],
                limit: .control
            ) { call, body -> Reply<Answer> in
                try await set(body.policy, body.reason, call)
            },
            Endpoint(
                .delete,
                path,
                "Takes that back: the default holds",
                access: .operators(.operator),
                problems: [.orgOver],
                limit: .control
            ) { call -> Reply<Answer> in
                try await set(nil, "taken back", call)
            },
        ]
    }

    private func policy<Answer: OrgPolicyAnswer>(of id: OrgID) async throws -> Answer {
        _ = try await org(id)
        let kind = Answer.Document.kind.rawValue
        let set = try await reads.pool.query(
            "SELECT policy, reason, set_at FROM rm.org_policies WHERE org = \(id.uuid) AND kind = \(kind)",
            as: (PostgresJSON, String, PostgresTimestamp).self
        ).first
        let waiting = try await reads.pool.query(
            "SELECT count(*) FROM rm.tenant_changes WHERE org = \(id.uuid) AND part = \(kind)",
            as: Int64.self
        )
        return Answer(
            policy: try set.map { try JSONReader.value(Answer.Document.self, of: $0.0.bytes) } ?? .standard,
            isDefault: set == nil,
            reason: set?.1,
            setAt: set.map { Timestamp(microseconds: $0.2.microsecondsSince1970) },
            isInForce: waiting == [0]
        )
    }
}
