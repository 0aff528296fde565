internal import EventStore
internal import Events
internal import Postgres

/// How far each onboarding has come. What founders asked for stays in the log.
enum OnboardingProjection {
    static func writes(_ event: OnboardingEvent, to onboarding: OnboardingID, at raw: RecordedEvent) -> [Write] {
        func change(_ assignments: SQL) -> [Write] {
            [
                Write(
                    "UPDATE rm.onboardings SET \(assignments), version = \(raw.version) WHERE onboarding = \(onboarding.uuid)",
                    touching: 1,
                    otherwise: "the onboarding was never started"
                )
            ]
        }
        return switch event {
        case .started(let account, let org, let tenant, let name, let slug, let until):
            [
                Write(
                    """
                    INSERT INTO rm.onboardings (onboarding, account, org, tenant, name, slug, state, held_until, version)
                    VALUES (\(onboarding.uuid), \(account.uuid), \(org.uuid), \(tenant.uuid), \(name), \(slug), 'started',
                            \(PostgresTimestamp(microsecondsSince1970: until.microseconds)), \(raw.version))
                    """
                )
            ]
        case .completionRequested: change("state = 'completing'")
        case .finished(let user): change("state = 'finished', member = \(user.uuid)")
        case .lapsed: change("state = 'lapsed'")
        case .failed(let code): change("state = 'failed', fault = \(code)")
        }
    }
}
