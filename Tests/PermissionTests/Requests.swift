import Commands
import Events
import Foundation
import HTTPTypes

/// For each decision a request that would succeed for whoever may most, on things of its own where it changes them.
extension Town {
    func request(for decision: Decision, by asker: Asker) async throws -> Request {
        let parts = decision.route.split(separator: " ").map(String.init)
        let (method, path) = (HTTPRequest.Method(rawValue: parts[0])!, parts[1])
        let circumstance = decision.circumstance
        let request =
            if path.hasPrefix("/api/internal") {
                internals(method, path)
            } else if path.hasPrefix("/api/audit") {
                audit(path, by: asker)
            } else if path.contains("/credentials") {
                try await credentials(method, path, circumstance)
            } else if path.hasPrefix("/api/invites") {
                try await invites(method, path, circumstance)
            } else if path.hasPrefix("/api/users") || path == "/api/me" {
                try await users(method, path, circumstance, by: asker)
            } else if path.hasPrefix("/api/rooms") {
                try await rooms(method, path, circumstance, by: asker)
            } else if path.hasPrefix("/api/messages") {
                try await messages(method, path, circumstance, by: asker)
            } else if path.hasPrefix("/api/usage") {
                Request(method, circumstance == "another's" ? "\(path)?by_user=\(eve)&group=day" : path)
            } else if path == "/api/limits/{meter}" {
                Request(method, "/api/limits/rooms", #"{"soft":1000}"#)
            } else if path == "/api/limits" || path == "/api/policies" || path == "/api/billing/periods" {
                Request(method, path)
            } else if path.hasPrefix("/realtime") {
                try await realtime(method, path, circumstance, by: asker)
            } else if path.hasPrefix("/auth") {
                try await auth(method, path, by: asker)
            } else if path.hasPrefix("/orgs") {
                try await orgs(method, path, by: asker)
            } else if path.hasPrefix("/control") {
                try await control(method, path)
            } else if path == "/api/unread" || path == "/api/openapi.json" { Request(method, path) } else {
                nil as Request?
            }
        guard let request else { throw TownError(what: "nobody knows what to send for \(decision)") }
        return request
    }

    // MARK: People

    private func users(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ circumstance: String?,
        by asker: Asker
    ) async throws -> Request? {
        let isOfOwner = circumstance?.hasPrefix("an owner") == true
        switch (method, path) {
        case (.get, "/api/me"), (.get, "/api/users"): return Request(method, path)
        case (.patch, "/api/me"): return Request(method, path, #"{"name":"Somebody"}"#)
        case (.post, "/api/users"):
            let role = isOfOwner ? "owner" : "member"
            return Request(method, path, #"{"handle":"h\#(UUID().text)","name":"New","role":"\#(role)"}"#)
        case (.get, "/api/users/{user}"): return Request(method, "/api/users/\(eve)")
        case (.patch, "/api/users/{user}"):
            let target =
                circumstance == "one's own name" ? own(asker) : try await user(isOfOwner ? .owner : .member)
            let body =
                switch circumstance {
                case "a member to owner": #"{"role":"owner"}"#
                case "a member's role", "an owner's role": #"{"role":"guest"}"#
                default: #"{"name":"Somebody"}"#
                }
            return Request(method, "/api/users/\(target)", body)
        default:
            let target = try await user(isOfOwner ? .owner : .member)
            if path.hasSuffix("/deactivate") { return Request(method, "/api/users/\(target)/deactivate") }
            try await perform(DeactivateUser(user: target))
            if path.hasSuffix("/reactivate") { return Request(method, "/api/users/\(target)/reactivate") }
            guard path.hasSuffix("/forget") else { return nil }
            return Request(method, "/api/users/\(target)/forget", #"{"reason":"person_asked"}"#)
        }
    }

    private func credentials(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ circumstance: String?
    ) async throws -> Request {
        let agent = try await user(circumstance == "an agent's" ? .member : .owner, kind: .agent)
        let base = "/api/users/\(agent)/credentials"
        switch method {
        case .get: return Request(method, base)
        case .post: return Request(method, base, #"{"label":"a key"}"#)
        default: return Request(method, "\(base)/\(try await issueSecret(to: agent).id)")
        }
    }

    private func invites(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ circumstance: String?
    ) async throws -> Request {
        let email = "\(UUID().text)@example.com"
        switch method {
        case .get: return Request(method, path)
        case .post:
            let role = circumstance == "an owner" ? "owner" : "member"
            return Request(method, path, #"{"email":"\#(email)","role":"\#(role)"}"#)
        default: return Request(method, "/api/invites/\(try await invite(email))")
        }
    }

    // MARK: Rooms

    /// What is only read, or is as it was afterwards.
    private func standing(_ circumstance: String?) -> Place {
        switch circumstance {
        case "a channel that one is not in": channel
        case "a private room of others", "oneself, into a private room of others": closet
        default: place
        }
    }

    private func rooms(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ circumstance: String?,
        by asker: Asker
    ) async throws -> Request? {
        let route = path.dropFirst("/api/rooms".count)
        let place = standing(circumstance)
        switch (method, route) {
        case (.get, ""): return Request(method, path)
        case (.post, ""): return Request(method, path, #"{"name":"general"}"#)
        case (.get, _):
            return Request(method, path.replacing("{room}", with: "\(place.room)"))
        case (.post, "/{room}/messages"):
            return Request(method, "/api/rooms/\(place.room)/messages", #"{"body":"hello"}"#)
        case (.put, "/{room}/read-marker"):
            return Request(
                method,
                "/api/rooms/\(place.room)/read-marker",
                #"{"message_id":"\#(place.message)"}"#
            )
        default: break
        }
        // What they change is new each time.
        let room: RoomID
        switch circumstance {
        case "oneself, into a channel": room = try await self.place(.channel, of: [eve]).room
        case "oneself, into a private room of others": room = try await self.place(.private, of: [eve]).room
        default: room = try await self.place().room
        }
        let base = "/api/rooms/\(room)"
        switch (method, route) {
        case (.patch, "/{room}"): return Request(method, base, #"{"topic":"things"}"#)
        case (.post, "/{room}/archive"): return Request(method, base + "/archive")
        case (.post, "/{room}/restore"):
            try await perform(ArchiveRoom(room: room))
            return Request(method, base + "/restore")
        case (.post, "/{room}/members"):
            let user = circumstance == "another" ? id(.outsider) : own(asker)
            return Request(method, base + "/members", #"{"user_ids":["\#(user)"]}"#)
        case (.patch, "/{room}/members/{user}"):
            return Request(method, base + "/members/\(eve)", #"{"role":"moderator"}"#)
        case (.delete, "/{room}/members/{user}"):
            return Request(method, base + "/members/\(circumstance == "another" ? eve : own(asker))")
        case (.post, "/{room}/messages/range-delete"):
            return Request(method, base + "/messages/range-delete", #"{"from_seq":1,"to_seq":2}"#)
        default: return nil
        }
    }

    // MARK: Messages

    private func messages(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ circumstance: String?,
        by asker: Asker
    ) async throws -> Request? {
        if method == .get {
            return Request(method, path.replacing("{message}", with: "\(standing(circumstance).message)"))
        }
        // One's own, if one can have any there.
        let inRoom: Set<Asker> = [.guest, .member, .admin, .owner]
        let author = circumstance == "one's own" && inRoom.contains(asker) ? id(asker) : eve
        let message = try await message(in: place.room, by: author)
        let path = path.replacing("{message}", with: "\(message)").replacing("{emoji}", with: "thumbsup")
        switch (method, circumstance) {
        case (.patch, _): return Request(method, path, #"{"body":"hello again"}"#)
        case (.delete, .some): return Request(method, path, "{}")
        case (.put, nil): return Request(method, path)
        case (.delete, nil):
            if inRoom.contains(asker) {
                try await perform(AddReaction(message: message, emoji: "thumbsup"), by: id(asker))
            }
            return Request(method, path)
        default: return nil
        }
    }

    // MARK: Audit

    private func audit(_ path: String, by asker: Asker) -> Request? {
        switch path {
        case "/api/audit/events", "/api/audit/tree-head": Request(.get, path)
        case "/api/audit/streams/{stream}": Request(.get, "/api/audit/streams/\(place.room)")
        case "/api/audit/as-of": Request(.get, "\(path)?entity=\(place.room)")
        case "/api/audit/proofs/inclusion":
            // The first event of the partition is the tenant's.
            Request(.get, "\(path)?at=1", absent: "\(path)?at=1000000")
        case "/api/audit/proofs/consistency": Request(.get, "\(path)?old_size=1")
        case "/api/audit/receipts/{user}": Request(.get, "/api/audit/receipts/\(forgotten)")
        default: nil
        }
    }

    // MARK: Realtime

    private func realtime(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ circumstance: String?,
        by asker: Asker
    ) async throws -> Request? {
        switch (method, path) {
        case (_, "/realtime/openapi.json"), (.get, "/realtime/queues"): return Request(method, path)
        case (.post, "/realtime/queues"): return Request(method, path, "{}")
        case (.get, "/realtime/queues/{queue}/events"):
            let (queue, cursor) = circumstance == "another's" ? evesQueue : queues[asker] ?? evesQueue
            return Request(method, "/realtime/queues/\(queue)/events?timeout_s=0&cursor=\(cursor)")
        case (.delete, "/realtime/queues/{queue}"):
            let isOwn = circumstance == "one's own" && Asker.inTenants.contains(asker)
            let queue = isOwn ? try await self.queue(of: people[asker]!.token).queue : evesQueue.queue
            return Request(method, "/realtime/queues/\(queue)")
        default: return nil
        }
    }

    // MARK: Accounts

    private func auth(_ method: HTTPRequest.Method, _ path: String, by asker: Asker) async throws -> Request? {
        switch (method, path) {
        case (.get, "/auth/invite"):
            let token = invites.token(of: try await invite(accounts[.account]!.email))
            try await control.isProjected()
            return Request(method, "\(path)?token=\(token)")
        case (.get, _): return Request(method, path)
        case (.post, "/auth/invite"):
            let invited = asker == .account ? try await account() : accounts[.account]!
            let token = invites.token(of: try await invite(invited.email))
            try await control.isProjected()
            var request = Request(
                method,
                path,
                "token=\(token)&handle=h\(UUID().text)&name=New",
                token: asker == .account ? invited.token : nil
            )
            request.type = "application/x-www-form-urlencoded"
            return request
        case (.post, "/auth/session/refresh"):
            // It uses the token up.
            if accounts[asker] != nil, asker != .endedAccount {
                return Request(method, path, token: try await accountSession(of: asker).token)
            }
            if let person = people[asker], asker != .ended {
                return Request(method, path, token: try await session(of: person.user, in: person.tenant).token)
            }
            return Request(method, path)
        case (.post, "/auth/tenants/{tenant}/session"):
            return Request(method, "/auth/tenants/\(TenantID(tenant.id))/session", #"{"delivery":"bearer"}"#)
        case (.post, "/auth/agent/login"):
            let agent = try await user(.member, kind: .agent)
            let (client, secret) = (
                PrincipalID(agent, of: TenantID(tenant.id)), try await issueSecret(to: agent).secret
            )
            return Request(method, path, #"{"client_id":"\#(client)","client_secret":"\#(secret)"}"#)
        case (.delete, "/auth/sessions/{session}"):
            return Request(method, "/auth/sessions/\(try await accountSession(of: .account).id)")
        case (.post, "/auth/backchannel-logout/{provider}"):
            var request = Request(method, "/auth/backchannel-logout/dev", "logout_token=x")
            request.type = "application/x-www-form-urlencoded"
            return request
        case (.delete, "/auth/identities/{identity}"):
            // One account has ten at most.
            guard [.account, .otherAccount].contains(asker) else {
                return Request(method, "/auth/identities/\(IdentityID())")
            }
            return Request(method, "/auth/identities/\(try await furtherIdentity(of: .account))")
        case (.post, "/auth/logout"):
            guard Asker.accounts.contains(asker) else { return Request(method, path, "{}") }
            return Request(method, path, "{}", token: try await accountSession(of: asker).token)
        default: return nil
        }
    }

    private func orgs(_ method: HTTPRequest.Method, _ path: String, by asker: Asker) async throws -> Request? {
        switch (method, path) {
        case (_, "/orgs/openapi.json"): return Request(method, path)
        case (.get, "/orgs/names/{name}"): return Request(method, "/orgs/names/acme")
        case (.post, "/orgs"):
            // One person can found three at a time.
            let token = Asker.accounts.contains(asker) ? try await account().token : nil
            return Request(method, path, #"{"name":"org-\#(UUID().text)"}"#, token: token)
        case (.get, "/orgs/onboarding/{onboarding}"): return Request(method, "/orgs/onboarding/\(onboarding)")
        case (.post, "/orgs/onboarding/{onboarding}/complete"):
            return Request(
                method,
                "/orgs/onboarding/\(onboarding)/complete",
                #"{"handle":"ada","name":"Ada"}"#
            )
        case (.post, "/orgs/invites/accept"):
            let invited = asker == .account ? try await account() : accounts[.account]!
            let token = invites.token(of: try await invite(invited.email))
            return Request(
                method,
                path,
                #"{"token":"\#(token)","handle":"h\#(UUID().text)","name":"New"}"#,
                token: asker == .account ? invited.token : nil
            )
        default: return nil
        }
    }

    // MARK: The installation

    private func control(_ method: HTTPRequest.Method, _ path: String) async throws -> Request? {
        if path == "/control/orgs" || path == "/control/openapi.json" { return Request(method, path) }
        if path == "/control/default-plan" || path.hasPrefix("/control/plans") {
            return try await plans(method, path)
        }
        let target = path.replacing("{org}", with: "\(try await foundedOrg())").replacing("{meter}", with: "rooms")
        if path.hasSuffix("/plan"), method == .put {
            return Request(method, target, #"{"plan":"\#(try await definedPlan())","reason":"unpaid"}"#)
        }
        if path.contains("/policies/"), method == .put {
            return Request(
                method,
                target,
                #"{"policy":\#(policies[path.split(separator: "/").last!]!),"reason":"unpaid"}"#
            )
        }
        let takesReason = method == .put || (method == .post && !path.hasSuffix("/resume"))
        return Request(method, target, takesReason ? #"{"reason":"unpaid"}"# : nil)
    }

    private var policies: [Substring: String] {
        [
            "llm":
                #"{"providers":[],"models":[],"monthly_budget_micro_usd":1,"run_token_limit":1,"retains_prompts":false}"#,
            "vm": #"{"sizes":[],"max_machines":1,"idle_seconds":60,"lifetime_seconds":60,"egress_hosts":[]}"#,
            "fs-cache": #"{"bytes":1,"lifetime_seconds":60}"#,
        ]
    }

    private func plans(_ method: HTTPRequest.Method, _ path: String) async throws -> Request? {
        let plan = try await definedPlan()
        let target = path.replacing("{plan}", with: plan)
        guard method == .put else { return Request(method, target) }
        return Request(method, target, path.contains("default") ? #"{"plan":"\#(plan)"}"# : #"{"limits":[]}"#)
    }

    private func definedPlan() async throws -> String {
        let slug = "plan-\(UUID().text)"
        try await control.run(DefinePlan(slug: slug, limits: []))
        try await control.isProjected()
        return slug
    }

    // MARK: Programs of the installation

    private func internals(_ method: HTTPRequest.Method, _ path: String) -> Request {
        let target = path.replacing("{tenant}", with: "\(TenantID(tenant.id))")
            .replacing("{report}", with: "\(UsageReportID())")
        let (from, to) = (Timestamp(microseconds: Timestamp.now.microseconds - 60_000_000), Timestamp.now)
        let body = #"{"meter":"vm_seconds","quantity":60,"from":"\#(from)","to":"\#(to)"}"#
        return Request(method, target, method == .put ? body : nil)
    }
}
