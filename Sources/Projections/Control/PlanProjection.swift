internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// Plans, and which of them not every organization has as they are now.
enum PlanProjection {
    static func writes(_ event: PlanEvent, to plan: PlanID, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .defined(let slug, let limits):
            [
                Write(
                    """
                    INSERT INTO rm.plans (plan, slug, defined_at, defined_on)
                    VALUES (\(plan.uuid), \(slug), \(raw.position), \(raw.time))
                    ON CONFLICT (plan) DO UPDATE
                      SET defined_at = excluded.defined_at, defined_on = excluded.defined_on, retired_on = NULL
                    """
                ),
                Write("DELETE FROM rm.plan_limits WHERE plan = \(plan.uuid)"),
                Write(
                    """
                    INSERT INTO rm.plan_limits (plan, meter, hard, soft)
                    SELECT \(plan.uuid), l.*
                      FROM unnest(\(limits.map(\.meter.rawValue)), \(limits.map(\.limit.hard)), \(limits.map(\.limit.soft))) l
                    """
                ),
                rollout(of: plan.uuid, isChoice: false, at: raw),
            ]
        case .retired:
            [
                Write(
                    "UPDATE rm.plans SET retired_on = \(raw.time) WHERE plan = \(plan.uuid)",
                    touching: 1,
                    otherwise: "the plan was never defined"
                )
            ]
        case .rolledOut(let position): [over(plan.uuid, upTo: position)]
        }
    }

    static func writes(_ event: DefaultPlanEvent, to choice: DefaultPlanID, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .chosen(let slug):
            [
                Write(
                    "UPDATE rm.plans SET is_default = plan IS NOT DISTINCT FROM \(slug.map { PlanID(slug: $0).uuid })"
                ),
                rollout(of: choice.uuid, isChoice: true, at: raw),
            ]
        case .rolledOut(let position): [over(choice.uuid, upTo: position)]
        }
    }

    private static func rollout(of stream: UUID, isChoice: Bool, at raw: RecordedEvent) -> Write {
        Write(
            """
            INSERT INTO rm.plan_rollouts (stream, is_choice, position) VALUES (\(stream), \(isChoice), \(raw.position))
            ON CONFLICT (stream) DO UPDATE SET position = excluded.position
            """
        )
    }

    private static func over(_ stream: UUID, upTo position: Int64) -> Write {
        Write("DELETE FROM rm.plan_rollouts WHERE stream = \(stream) AND position <= \(position)")
    }
}
