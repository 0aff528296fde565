internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Projections

extension Registrar {
    /// A plan, or the choice of the default one, that not every organization has as it is.
    private struct Rollout {
        let stream: UUID
        let isChoice: Bool
        /// Whether it is every organization's.
        let isForAll: Bool
        /// Since when it is as it is.
        let position: Position
    }

    /// Gives plans that were changed to organizations that have them, some at a time. Each is one append on the organization's own stream,
    /// which says as of where the plans are in it; so whoever goes on after a crash goes on where it was. False if there was nothing.
    package func rollOut() async throws -> Bool {
        let rollouts = try await reads.pool.query(
            """
            SELECT r.stream, r.is_choice, r.is_choice OR coalesce(p.is_default, false), r.position
              FROM rm.plan_rollouts r LEFT JOIN rm.plans p ON p.plan = r.stream ORDER BY r.position LIMIT 100
            """,
            as: (UUID, Bool, Bool, Int64).self
        ).map { Rollout(stream: $0.0, isChoice: $0.1, isForAll: $0.2, position: $0.3) }
        var failure: (any Error)?
        var didSomething = false
        for rollout in rollouts {
            await noting(&failure) { didSomething = try await goOn(with: rollout) || didSomething }
        }
        try await isSeen()
        if let failure { throw failure }
        return didSomething
    }

    private func goOn(with rollout: Rollout) async throws -> Bool {
        let isTheirs: SQL = rollout.isForAll ? "true" : "plan = \(rollout.stream)"
        let orgs = try await reads.pool.query(
            """
            SELECT org FROM rm.orgs
             WHERE \(isTheirs) AND plans_as_of < \(rollout.position) AND NOT is_ending ORDER BY plans_as_of LIMIT 100
            """,
            as: UUID.self
        )
        guard orgs.isEmpty else {
            var didSomething = false
            for org in orgs {
                didSomething = try await run(ResolveLimits(of: OrgID(org))).isChanged || didSomething
            }
            return didSomething
        }
        if rollout.isChoice {
            _ = try await run(FinishDefaultRollout(upTo: rollout.position))
        } else {
            _ = try await run(FinishPlanRollout(of: PlanID(rollout.stream), upTo: rollout.position))
        }
        return true
    }
}
