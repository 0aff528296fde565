import Foundation

/// `docs/permissions.md`, made from the decisions. After a change of them:
///
///     DAYBOOK_WRITE_PERMISSIONS=1 tools/test --filter PermissionPageTests
enum Page {
    static let isWriting = ProcessInfo.processInfo.environment["DAYBOOK_WRITE_PERMISSIONS"] != nil
    static let file = URL(filePath: #filePath).appending(path: "../../../docs/permissions.md").standardizedFileURL

    static var markdown: String {
        let callers = Asker.allCases.map { "| \($0.rawValue) | \($0.meaning) |" }.joined(separator: "\n")
        return """
            # Who may do what

            Made from `Tests/PermissionTests/Decisions.swift`; `PermissionMatrixTests` tries every cell out, with each kind of caller on
            each route, and refuses routes that nothing is said of.

            ✓ is done; a number is the status of the refusal, whose codes stand in the last column or here. 404 is to the letter
            what an identifier gets that nobody has. "The room" is private, and the owner is its moderator.

            | caller | who that is |
            | --- | --- |
            \(callers)

            The same everywhere: without a token `auth.no_token`, and without a live session of the kind that the route asks for
            `auth.dead_session` (both 401); `user.deactivated`, `user.not_in_tenant` and `role.auditor_reads_only` (403) for those
            whom they name.

            What comes with a cookie and is no GET is refused with 403 `auth.foreign_origin`, on every route that knows cookies,
            unless it comes from the installation's own origin or says `Daybook-CSRF: 1`.

            Whoever has logged in too long ago is refused with 401 `auth.step_up_required`, which says where to go, by
            \(Decisions.afterRecentLogin.sorted().map { "`\($0)`" }.joined(separator: ", ")), by `POST /auth/logout` if it is to end
            all sessions, and where a further identity is to be linked. See [auth.md](auth.md).

            ## In a tenant

            Account, other account, ended account, garbage, ended and services get 401; the contracts are for everybody.

            \(table(of: ["/api", "/realtime"], inTenants))

            ## Logging in, and organizations

            \(table(of: ["/auth", "/orgs"], [.nobody, .garbage, .account, .otherAccount, .endedAccount, .owner, .ended]))

            Sessions in tenants fare as the owner's does, operators as other account.

            ## The installation

            For [operators](control.md).

            \(table(of: ["/control"], [
                .nobody, .garbage, .account, .endedAccount, .operator, .viewer, .endedOperator, .owner, .ended,
            ]))

            Sessions in tenants fare as the owner's does; other account fares as account, services as nobody.

            ## Services

            For the installation's [own programs](services.md), and nobody else.

            \(table(of: ["/api/internal"], [.nobody, .garbage, .owner, .account, .operator] + services))

            All sessions fare as the owner's does.

            """
    }

    private static let inTenants: [Asker] = [
        .nobody, .guest, .member, .outsider, .admin, .owner, .auditor, .deactivated, .unknown, .stranger,
        .strangeAuditor,
    ]

    private static let services: [Asker] = [.service, .narrowService, .revokedService]

    private static func table(of surfaces: [String], _ columns: [Asker]) -> String {
        let header = [
            "| route | on what | " + columns.map(\.rawValue).joined(separator: " | ") + " | codes |",
            "| --- | --- | " + columns.map { _ in ":-:" }.joined(separator: " | ") + " | --- |",
        ]
        let decisions = Decisions.all.filter { decision in
            // Below the path of another surface, and not of it.
            let isOfServices = decision.route.contains(" /api/internal")
            return isOfServices == (surfaces == ["/api/internal"])
                && (surfaces.contains { decision.route.split(separator: " ")[1].hasPrefix($0 + "/") }
                    || surfaces.contains { decision.route.hasSuffix(" " + $0) })
        }
        let rows = decisions.map { decision in
            let cells = columns.map { decision.verdicts[$0]?.cell ?? "?" }
            return "| `\(decision.route)` | \(decision.circumstance ?? "") | \(cells.joined(separator: " | ")) | "
                + "\(codes(of: decision, columns)) |"
        }
        return (header + rows).joined(separator: "\n")
    }

    /// The codes of a row that are not the same everywhere, and whose they are where one status has two.
    private static func codes(of decision: Decision, _ columns: [Asker]) -> String {
        let common = [
            "auth.no_token", "auth.dead_session", "user.deactivated", "user.not_in_tenant", "role.auditor_reads_only",
        ]
        var told: [(status: Int, code: String, askers: [String])] = []
        for asker in columns {
            let (status, code): (Int, String)
            switch decision.verdicts[asker] {
            case .refused(let refused), .lacking(let refused): (status, code) = refused
            case .yes, nil: continue
            }
            guard !common.contains(code) else { continue }
            if let index = told.firstIndex(where: { $0.code == code }) {
                told[index].askers.append(asker.rawValue)
            } else {
                told.append((status, code, [asker.rawValue]))
            }
        }
        return told.map { status, code, askers in
            let isAlone = told.count { $0.status == status } == 1
            return "`\(code)`" + (isAlone ? "" : " for \(askers.joined(separator: ", "))")
        }.joined(separator: "; ")
    }
}

extension Verdict {
    fileprivate var cell: String {
        switch self {
        case .yes: "✓"
        case .lacking(let status, _), .refused(let status, _): "\(status)"
        }
    }
}
