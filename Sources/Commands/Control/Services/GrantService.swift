package import Events

/// Lets a service of this name do some things by the internal API, and nothing else. The first time makes the service.
package struct GrantService: Command {
    package static let name = "grant_service"
    package let service: String
    package let scopes: Set<ServiceScope>

    package init(_ service: String, scopes: Set<ServiceScope>) {
        self.service = service
        self.scopes = scopes
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<RegisteredService> {
        try await loader.load(RegisteredService.self, ServiceID(named: service))
    }

    package func decide(_ state: Loaded<RegisteredService>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard ServiceName.isValid(service) else { throw .serviceNameInvalid }
        guard !scopes.isEmpty else { throw .serviceScopesMissing }
        var decision = Decision<Done>()
        guard state.state.scopes != scopes else { return decision }
        let sorted = ServiceScope.allCases.filter(scopes.contains)
        decision.append(.granted(name: service, scopes: sorted), to: state.id)
        return decision
    }
}

/// Ends a service and all of its keys. One that is not there stays so.
package struct RetireService: Command {
    package static let name = "retire_service"
    package let service: String

    package init(_ service: String) { self.service = service }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<RegisteredService> {
        try await loader.load(RegisteredService.self, ServiceID(named: service))
    }

    package func decide(_ state: Loaded<RegisteredService>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        var decision = Decision<Done>()
        if !state.state.scopes.isEmpty { decision.append(.retired, to: state.id) }
        return decision
    }
}

/// What a service may do and what it signs with. Changes nothing: its answer is read from the same state that decisions are made on.
package struct AskService: Command {
    package struct Answer: Codable, Sendable, Equatable {
        /// Empty if there is no such service.
        package var scopes: Set<ServiceScope>
        /// Those that are good now.
        package var keys: [RegisteredService.Key]
    }

    package static let name = "ask_service"
    package let service: String

    package init(_ service: String) { self.service = service }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<RegisteredService> {
        try await loader.load(RegisteredService.self, ServiceID(named: service))
    }

    package func decide(_ state: Loaded<RegisteredService>, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        Decision(Answer(scopes: state.state.scopes, keys: state.state.liveKeys(at: caller.now)))
    }
}

extension Refusal {
    fileprivate static let serviceNameInvalid = Refusal(
        .invalid,
        "service.name_invalid",
        "A service's name has 2 to 40 small letters, digits and hyphens, a letter first."
    )
    fileprivate static let serviceScopesMissing = Refusal(
        .invalid,
        "service.scopes_missing",
        "Say what the service may do; `retire` ends it."
    )
}
