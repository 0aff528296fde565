import Events
import GatewayHTTP

/// Every kind of caller that a route may meet.
enum Asker: String, CaseIterable {
    case nobody, garbage
    case account
    case otherAccount = "other account"
    case endedAccount = "ended account"
    case `operator`, viewer
    case endedOperator = "ended operator"
    case service
    case narrowService = "narrow service"
    case revokedService = "revoked service"
    case guest, member, outsider, admin, owner, auditor, deactivated, unknown, ended
    case stranger
    case strangeAuditor = "strange auditor"

    /// What the page says of them.
    var meaning: String {
        switch self {
        case .nobody: "sends no token"
        case .garbage: "sends a token that was never given out"
        case .account: "has logged in and chosen no tenant; is the tenant's owner there"
        case .otherAccount: "has logged in, and is a user of no tenant"
        case .endedAccount: "was logged in; the session is over"
        case .operator: "has logged in, and operates the installation"
        case .viewer: "the same, who may only look"
        case .endedOperator: "the same, whose role was taken away"
        case .service: "a program of the installation that may do everything that programs may"
        case .narrowService: "another that may report usage and nothing else"
        case .revokedService: "another whose key was revoked"
        case .guest: "a guest of the tenant, in the room"
        case .member: "a member of the tenant, in the room"
        case .outsider: "a member of the tenant who is not in the room"
        case .admin: "an administrator of the tenant, in the room"
        case .owner: "an owner of the tenant, and moderator of the room"
        case .auditor: "an auditor of the tenant"
        case .deactivated: "a member of the tenant who has been deactivated"
        case .unknown: "has a session in the tenant, and is no user of it"
        case .ended: "a member of the tenant whose session is over"
        case .stranger: "the owner of another tenant"
        case .strangeAuditor: "an auditor of another tenant"
        }
    }

    /// Those whose session is one in a tenant and alive.
    static let inTenants: Set<Asker> = [
        .guest, .member, .outsider, .admin, .owner, .auditor, .deactivated, .unknown, .stranger, .strangeAuditor,
    ]
    static let accounts: Set<Asker> = [.account, .otherAccount, .operator, .viewer, .endedOperator]
    /// Where no operator is asked for they are accounts like another.
    static let operators: Set<Asker> = [.operator, .viewer, .endedOperator]
    /// Where no service is asked for theirs is no token at all.
    static let services: Set<Asker> = [.service, .narrowService, .revokedService]
    /// Nothing of the tenant's may reach them.
    static let foreign: Set<Asker> = [.stranger, .strangeAuditor, .otherAccount]
}

/// What becomes of a request.
enum Verdict: Hashable {
    /// It is answered with the status that the endpoint has where all is well.
    case yes
    /// They may; what it takes besides is not there in this test.
    case lacking(Int, String)
    case refused(Int, String)

    static let noToken = refused(401, "auth.no_token")
    static let deadSession = refused(401, "auth.dead_session")
    static func forbidden(_ code: String) -> Verdict { .refused(403, code) }
    /// As if it were not there: the answer is that of an identifier that nobody has.
    static func hidden(_ code: String) -> Verdict { .refused(404, code) }
}

/// Who may use a route, and what the others are told.
struct Decision: CustomStringConvertible {
    /// Such as `GET /api/rooms/{room}`.
    let route: String
    /// On what, where it makes a difference.
    let circumstance: String?
    let verdicts: [Asker: Verdict]

    var name: String { circumstance.map { "\(route), \($0)" } ?? route }
    var description: String { name }

    /// A route for users of a tenant. Those who are no such are refused everywhere alike and need not be named.
    static func users(
        _ route: String,
        _ circumstance: String? = nil,
        may: Set<Asker>,
        not refusals: [Verdict: Set<Asker>] = [:]
    ) -> Decision {
        Decision(
            route,
            circumstance,
            may,
            refusals,
            otherwise: [
                .noToken: Asker.services.union([.nobody]),
                .deadSession: [
                    .garbage, .account, .otherAccount, .endedAccount, .ended, .operator, .viewer, .endedOperator,
                ],
                .forbidden("user.deactivated"): [.deactivated],
                .forbidden("user.not_in_tenant"): [.unknown],
                .forbidden("role.auditor_reads_only"): [.auditor, .strangeAuditor],
            ]
        )
    }

    /// A route for whoever has logged in, in no tenant.
    static func accounts(
        _ route: String,
        _ circumstance: String? = nil,
        may: Set<Asker>,
        not refusals: [Verdict: Set<Asker>] = [:]
    ) -> Decision {
        let isForOthers = may.contains(.otherAccount)
        return Decision(
            route,
            circumstance,
            isForOthers ? may.union(Asker.operators) : may,
            refusals.mapValues { $0.contains(.otherAccount) ? $0.union(Asker.operators) : $0 },
            otherwise: [
                .noToken: Asker.services.union([.nobody]),
                .deadSession: Asker.inTenants.union([.garbage, .endedAccount, .ended]),
            ]
        )
    }

    /// A route for whoever operates the installation.
    ///
    /// - Parameter isRead: true for one that viewers may use too.
    static func operators(_ route: String, isRead: Bool) -> Decision {
        Decision(
            route,
            nil,
            isRead ? [.operator, .viewer] : [.operator],
            isRead ? [:] : [.forbidden("operator.reads_only"): [.viewer]],
            otherwise: [
                .noToken: Asker.services.union([.nobody]),
                .forbidden("operator.required"): [.account, .otherAccount, .endedOperator],
                .deadSession: Asker.inTenants.union([.garbage, .endedAccount, .ended]),
            ]
        )
    }

    /// A route for the installation's own programs.
    ///
    /// - Parameter scope: nil for one that whichever of them may use.
    static func services(_ route: String, needs scope: ServiceScope?) -> Decision {
        let refused = Set(Asker.allCases).subtracting([.nobody, .service, .narrowService])
        return Decision(
            route,
            nil,
            scope.map { $0 == .usageWrite } ?? true ? [.service, .narrowService] : [.service],
            [:],
            otherwise: [
                .noToken: [.nobody],
                .refused(401, "auth.service_refused"): refused,
                .forbidden("auth.insufficient_scope"): [.narrowService],
            ]
        )
    }

    /// A route for everybody.
    static func everybody(_ route: String, _ verdict: Verdict = .yes) -> Decision {
        Decision(route, nil, [], [verdict: Set(Asker.allCases)], otherwise: [:])
    }

    init(
        _ route: String,
        _ circumstance: String? = nil,
        _ may: Set<Asker>,
        _ refusals: [Verdict: Set<Asker>],
        otherwise common: [Verdict: Set<Asker>]
    ) {
        self.route = route
        self.circumstance = circumstance
        var verdicts: [Asker: Verdict] = [:]
        for asker in may { verdicts[asker] = .yes }
        for (verdict, askers) in refusals {
            for asker in askers {
                precondition(verdicts[asker] == nil, "\(route) says two things of \(asker)")
                verdicts[asker] = verdict
            }
        }
        for (verdict, askers) in common {
            for asker in askers where verdicts[asker] == nil { verdicts[asker] = verdict }
        }
        self.verdicts = verdicts
    }
}

extension Endpoint {
    /// As decisions name it.
    var route: String { "\(method.rawValue) \(path)" }
}
