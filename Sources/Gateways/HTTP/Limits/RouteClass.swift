package import RateLimits

/// What a request costs, and so how often one may be sent. Each endpoint is of one class, each class has rules of its own.
package enum RouteClass: String, CaseIterable, Sendable {
    // Of whoever has a session in a tenant: counted by user, and by tenant.
    case read, write, poll, register
    /// Reads the log itself, or proves something by it.
    case audit

    // Of everybody else, and of all who have not entered a tenant: counted by address. Never by an account that somebody names,
    // since then a stranger could lock it out.
    case account, login, refresh, names, founding
    /// What providers tell us of themselves, for many people from one address.
    case backChannel = "back-channel"
    /// What operators do with the installation.
    case control
    /// What services of the installation do.
    case services
    case invite
    case agentLogin = "agent-login"
    /// Where a session was asked for and none was shown that is live.
    case stranger

    /// Whether it is counted by the user and the tenant of a session.
    var isOfSessions: Bool { tenantRule != nil }

    /// For each user, or each address.
    package var rule: RateRule {
        switch self {
        case .read: rule(1_000, .seconds(10))
        case .write: rule(500, .seconds(10))
        case .poll: rule(1_000, .seconds(10))
        case .register: rule(120, .seconds(60))
        case .audit: rule(300, .seconds(60))
        case .account: rule(300, .seconds(60))
        case .control: rule(600, .seconds(60))
        case .services: rule(30_000, .seconds(10))
        case .backChannel: rule(3_000, .seconds(60))
        case .login: rule(60, .seconds(60))
        case .agentLogin: rule(120, .seconds(60))
        case .refresh: rule(60, .seconds(60))
        case .names: rule(30, .seconds(60))
        case .founding: rule(60, .seconds(3_600))
        case .invite: rule(30, .seconds(60))
        case .stranger: rule(120, .seconds(60))
        }
    }

    /// For each tenant; nil where addresses are counted.
    package var tenantRule: RateRule? {
        switch self {
        case .read: tenantRule(20_000, .seconds(10))
        case .write: tenantRule(10_000, .seconds(10))
        case .poll: tenantRule(50_000, .seconds(10))
        case .register: tenantRule(12_000, .seconds(60))
        case .audit: tenantRule(1_200, .seconds(60))
        case .account, .control, .services, .login, .backChannel, .refresh, .names, .founding, .invite, .agentLogin,
            .stranger:
            nil
        }
    }

    private func rule(_ limit: Int, _ window: Duration) -> RateRule {
        RateRule(name: rawValue, limit: limit, window: window)
    }

    private func tenantRule(_ limit: Int, _ window: Duration) -> RateRule {
        RateRule(name: rawValue + "-tenant", limit: limit, window: window)
    }
}
