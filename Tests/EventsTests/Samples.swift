import EventStore
import Events
import Foundation

/// What lies in `schema/events`: an event of every type and version that was ever written, byte for byte as the log
/// holds it, named `<type>.<version>.json`, and the keys that its personal fields are sealed with (`keys.json`, made
/// for this alone).
///
/// To add a type: list its event in `events` and run
///
///     DAYBOOK_WRITE_SAMPLES=1 tools/test --filter SampleTests
///
/// which writes the files that are missing and changes none. A file is never changed or deleted: its like lies in logs.
enum Samples {
    static let tenant = UUID(uuidString: "01935a00-0000-7000-8000-000000000001")!
    static let ada = UserID(UUID(uuidString: "01935a00-0000-7000-8000-00000000000a")!)
    static let bob = UserID(UUID(uuidString: "01935a00-0000-7000-8000-00000000000b")!)
    /// As `keys.json` has it.
    static let adasKey = UUID(uuidString: "01A20538-990A-79E0-ADFD-146E2318C133")!
    static let credential = CredentialID(UUID(uuidString: "01935a00-0000-7000-8000-0000000000ee")!)
    static let room = RoomID(UUID(uuidString: "01935a00-0000-7000-8000-0000000000c0")!)
    static let message = MessageID(UUID(uuidString: "01935a00-0000-7000-8000-0000000000d0")!)
    static let november = Month("2026-11")!
    static let source = Source(
        system: "slack",
        id: "C123/1541446243.000100",
        time: Timestamp("2018-11-05T19:30:43.000100Z")
    )

    /// What each sample must decode to; one of an older version to what its upcasters make of it.
    static let events: [(type: EventType, event: any Event)] =
        [
            written(
                UserEvent.joined(
                    handle: Personal("ada", of: ada),
                    name: Personal("Ada Lovelace", of: ada),
                    kind: .person,
                    role: .owner,
                    source: source
                )
            ),
            written(UserEvent.profileChanged(name: Personal("Ada, Countess of Lovelace", of: ada))),
            written(UserEvent.roleChanged(role: .auditor)),
            written(UserEvent.deactivated),
            written(UserEvent.reactivated),
            written(UserEvent.forgotten(by: bob, reason: .personAsked, key: SubjectKey(of: ada, id: adasKey))),
            written(HandleEvent.taken(user: ada)),
            written(RepairEvent.retried(stream: room.uuid, by: "eve")),
            written(RepairEvent.dropped(stream: room.uuid, position: 7, reason: "painted by mistake", by: "eve")),
            written(LimitEvent.set(meter: .messages, limit: MeterLimit(hard: 10_000, soft: 8_000), source: .plan)),
            written(
                UsageReportEvent.metered(
                    service: "vm-plane",
                    meter: .machineSeconds,
                    quantity: 60,
                    from: Timestamp("2018-11-05T19:29:43.000100Z")!,
                    to: Timestamp("2018-11-05T19:30:43.000100Z")!,
                    user: ada
                )
            ),
            written(UsageEvent.budgetAlerted(meter: .messages, soft: 8_000, used: 8_001, period: november)),
            written(UsageEvent.limitReached(meter: .messages, hard: 10_000, used: 10_000, period: november)),
            written(UsageEvent.limitCleared(meter: .messages, used: 0)),
            written(
                UsageEvent.billingPeriodClosed(
                    period: november,
                    quantities: [.init(.messages, 10_000), .init(.users, 12), .init(.rooms, 7)]
                )
            ),
            written(RoomEvent.created(kind: .private, name: "engines", topic: "Analytical ones", source: source)),
            written(RoomEvent.changed(name: "looms", topic: nil)),
            written(RoomEvent.archived),
            written(RoomEvent.restored),
            written(RoomEvent.memberAdded(user: bob, role: .member)),
            written(RoomEvent.memberRemoved(user: bob)),
            written(RoomEvent.memberRoleChanged(user: bob, role: .moderator)),
            written(RoomEvent.messagesRangeDeleted(from: 3, to: 5, author: bob, reason: "spam")),
            written(
                MessageEvent.posted(
                    room: room,
                    author: ada,
                    body: Personal("Hello **@bob** 👋", of: ada),
                    mentions: [bob],
                    thread: message,
                    attachments: PersonalAttachments(
                        [Attachment(name: "note g.png", mediaType: "image/png", size: 1843)],
                        of: ada
                    ),
                    source: source
                )
            ),
            written(
                MessageEvent.edited(
                    room: room,
                    editor: bob,
                    body: Personal("Good day", of: ada),
                    mentions: [],
                    source: source
                )
            ),
            written(MessageEvent.deleted(room: room, by: bob, reason: "off topic")),
            written(MessageEvent.reactionAdded(room: room, user: bob, emoji: "👩‍🔬", source: source)),
            written(MessageEvent.reactionRemoved(room: room, user: bob, emoji: "👩‍🔬")),
            written(ReadStateEvent.markerMoved(user: bob, room: room, message: message)),
            written(PolicyEvent.llmSet(policy: llm)),
            written(PolicyEvent.vmSet(policy: vm)),
            written(PolicyEvent.fsCacheSet(policy: cache)),
        ] + control

    private static let llm = LLMPolicy(
        providers: ["anthropic"],
        models: [
            .init(provider: "anthropic", model: "claude-sonnet", inputPrice: 3_000_000, outputPrice: 15_000_000)
        ],
        monthlyBudget: 500_000_000,
        runTokenLimit: 2_000_000,
        retainsPrompts: false
    )
    private static let vm = VMPolicy(
        sizes: ["small"],
        most: 4,
        idleSeconds: 600,
        lifetimeSeconds: 7_200,
        egressHosts: ["*.example.com"]
    )
    private static let cache = FSCachePolicy(bytes: 1 << 30, lifetimeSeconds: 86_400)
    private static let org = OrgID(UUID(uuidString: "01935a00-0000-7000-8000-0000000000e0")!)
    private static let acme = TenantID(UUID(uuidString: "01935a00-0000-7000-8000-0000000000e1")!)
    private static let account = AccountID(ada.uuid)
    private static let identity = IdentityID(UUID(uuidString: "01935a00-0000-8000-8000-0000000000e2")!)
    private static let onboarding = OnboardingID(UUID(uuidString: "01935a00-0000-7000-8000-0000000000e3")!)
    private static let session = SessionID(UUID(uuidString: "01935a00-0000-7000-8000-0000000000e4")!)
    private static let time = Timestamp("2026-11-23T16:00:00.000001Z")!
    private static let hash = Data(repeating: 7, count: 32)

    /// Those of the control log.
    private static let control: [(type: EventType, event: any Event)] = [
        written(NameEvent.reserved(slug: "acme", onboarding: onboarding, until: time)),
        written(NameEvent.confirmed(slug: "acme", org: org)),
        written(NameEvent.released(reason: .lapsed)),
        written(OrgEvent.created(name: "Acme, Inc.", slug: "acme", tenant: acme, founder: account)),
        written(OrgEvent.suspended(reason: "unpaid since May")),
        written(OrgEvent.resumed),
        written(OrgEvent.deletionRequested(reason: "they asked for it", endsAt: time)),
        written(OrgEvent.deletionCancelled),
        written(OrgEvent.endingBegun),
        written(OrgEvent.deleted),
        written(
            OrgEvent.limitSet(meter: .messages, limit: MeterLimit(hard: 9_000, soft: 8_000), reason: "a larger plan")
        ),
        written(OrgEvent.limitsRelayed(upTo: 41)),
        written(OrgEvent.llmPolicyChanged(policy: llm, reason: "they asked for it")),
        written(OrgEvent.vmPolicyChanged(policy: vm, reason: "they asked for it")),
        written(OrgEvent.fsCachePolicyChanged(policy: cache, reason: "they asked for it")),
        written(OrgEvent.planChanged(slug: "pro", reason: "they asked for it")),
        written(
            OrgEvent.limitsResolved(
                changes: [Entitlement(.rooms, MeterLimit(hard: 50, soft: 40), by: .plan)],
                asOf: 41
            )
        ),
        written(PlanEvent.defined(slug: "pro", limits: [PlanLimit(.rooms, MeterLimit(hard: 50, soft: 40))])),
        written(PlanEvent.retired),
        written(PlanEvent.rolledOut(upTo: 41)),
        written(DefaultPlanEvent.chosen(slug: "free")),
        written(DefaultPlanEvent.rolledOut(upTo: 41)),
        written(TenantEvent.provisioningStarted(org: org)),
        written(TenantEvent.cellAssigned(cell: "main", partition: 3)),
        written(TenantEvent.activated),
        written(TenantEvent.suspended),
        written(TenantEvent.resumed),
        written(TenantEvent.deleted),
        written(
            AccountEvent.created(
                name: Personal("Ada Lovelace", of: ada),
                email: Personal("ada@example.com", of: ada),
                emailIsVerified: true
            )
        ),
        written(AccountEvent.identityLinked(identity: identity, issuer: "https://id.example.com")),
        written(AccountEvent.emailChanged(email: Personal("countess@example.com", of: ada), emailIsVerified: false)),
        written(AccountEvent.membershipAdded(tenant: acme, user: bob)),
        written(AccountEvent.sessionsEnded),
        written(AccountEvent.membershipRemoved(tenant: acme)),
        written(AccountEvent.identityUnlinked(identity: identity)),
        written(IdentityEvent.linked(account: account)),
        written(IdentityEvent.unlinked(account: account)),
        written(
            IdentityEvent.loggedOut(token: session.uuid, session: onboarding.uuid, at: time, replayableUntil: time)
        ),
        written(SessionEvent.reauthenticated(at: time)),
        written(
            SessionEvent.opened(
                holder: .user(tenant: acme, user: ada, parent: session),
                tokenHash: hash,
                label: Personal("Firefox on Linux", of: ada),
                idleSeconds: 86_400,
                expiresAt: time,
                scopes: nil
            )
        ),
        written(SessionEvent.refreshed(tokenHash: hash, previousUntil: time)),
        written(SessionEvent.closed(reason: .tokenReused)),
        written(PrincipalEvent.sessionsEnded(tenant: acme, user: bob)),
        written(PrincipalEvent.forgotten(tenant: acme, user: ada, key: SubjectKey(of: ada, id: adasKey))),
        written(
            PrincipalEvent.credentialIssued(
                tenant: acme,
                user: ada,
                credential: credential,
                proof: .key(jwk: #"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#),
                label: Personal("the laptop's", of: ada),
                expiresAt: Timestamp("2027-11-05T19:30:43.000100Z"),
                scopes: [.messagesRead, .messagesWrite]
            )
        ),
        written(PrincipalEvent.credentialRevoked(credential: credential)),
        written(
            OnboardingEvent.started(
                account: account,
                org: org,
                tenant: acme,
                name: "Acme, Inc.",
                slug: "acme",
                until: time
            )
        ),
        written(
            OnboardingEvent.completionRequested(
                wishes: .init(
                    handle: Personal("ada", of: ada),
                    name: Personal("Ada", of: ada),
                    room: "general",
                    invites: [Personal("bob@example.com", of: ada)]
                )
            )
        ),
        written(OnboardingEvent.finished(user: ada)),
        written(OnboardingEvent.lapsed),
        written(OnboardingEvent.failed(code: "name.taken")),
        written(
            InviteEvent.invited(
                tenant: acme,
                email: Personal("bob@example.com", of: ada),
                role: .member,
                by: ada,
                expiresAt: time
            )
        ),
        written(InviteEvent.accepted(account: account, user: bob)),
        written(InviteEvent.revoked(by: ada)),
        written(InviteEvent.mailed),
        written(InviteEvent.mailRefused(code: "mail.refused")),
        written(OperatorEvent.granted(account: account, role: .viewer)),
        written(OperatorEvent.revoked(account: account)),
        written(
            OperatorCallEvent.called(
                account: account,
                method: "POST",
                route: "/control/orgs/{org}/suspend",
                target: "\(org)",
                requestID: "7f3a"
            )
        ),
        written(ServiceEvent.granted(name: "agents-worker", scopes: [.tenantsRead, .usageWrite])),
        written(
            ServiceEvent.keyAdded(
                key: credential,
                jwk: #"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
                expiresAt: Timestamp("2027-11-05T19:30:43.000100Z")
            )
        ),
        written(ServiceEvent.keyRevoked(key: credential)),
        written(ServiceEvent.retired),
    ]

    static let folder = URL(filePath: #filePath).appending(path: "../../../schema/events").standardizedFileURL

    static func file(of type: EventType) -> URL { folder.appending(path: "\(type).json") }

    /// The type and version of every sample there is.
    static func types() throws -> Set<EventType> {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != "keys.json" }
        return Set(
            try names.map { name in
                let parts = name.split(separator: ".")
                guard parts.count > 2, parts.last == "json", let version = Int(parts[parts.count - 2]) else {
                    throw CocoaError(.fileReadInvalidFileName, userInfo: [NSFilePathErrorKey: name])
                }
                return EventType(parts.dropLast(2).joined(separator: "."), version: version)
            }
        )
    }

    private static func written(_ event: any Event) -> (type: EventType, event: any Event) { (event.type, event) }
}

/// The keys of the samples, as they lie in `es.subject_keys`.
struct SampleKeys: Codable {
    struct Row: Codable {
        var id: UUID
        var tenant: UUID
        var subject: UUID
        var wrapped: Data
    }

    /// 32 bytes. Nothing else is wrapped by it.
    var masterKey: Data
    var rows: [Row]

    static let file = Samples.folder.appending(path: "keys.json")

    static func read() throws -> SampleKeys {
        try JSONDecoder().decode(SampleKeys.self, from: try Data(contentsOf: file))
    }
}
