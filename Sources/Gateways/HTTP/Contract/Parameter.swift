package import Events
internal import HTTPTypes

/// Something that a request says outside its body: what may stand there and what it means. The same value is read by and written
/// into the contract.
package struct Parameter: Sendable {
    package enum Place: String, Sendable { case path, query, header }

    package let name: String
    package let place: Place
    package let shape: JSONShape
    /// For people.
    package let summary: String
    package let isRequired: Bool
    /// What is answered where nothing goes by the identifier that this is; nil for what is none.
    let missing: Problem?

    private init(
        _ name: String,
        _ place: Place,
        _ shape: JSONShape,
        _ summary: String,
        isRequired: Bool,
        missing: Problem? = nil
    ) {
        self.name = name
        self.place = place
        self.shape = shape
        self.summary = summary
        self.isRequired = isRequired
        self.missing = missing
    }

    package static func query(
        _ name: String,
        _ shape: JSONShape,
        _ summary: String,
        isRequired: Bool = false
    ) -> Parameter {
        Parameter(name, .query, shape, summary, isRequired: isRequired)
    }

    static func header(_ name: HTTPField.Name, _ shape: JSONShape, _ summary: String) -> Parameter {
        Parameter(name.rawName, .header, shape, summary, isRequired: false)
    }

    private static func path(
        _ name: String,
        _ shape: JSONShape,
        _ summary: String,
        missing: Problem? = nil
    ) -> Parameter {
        Parameter(name, .path, shape, summary, isRequired: true, missing: missing)
    }
}

// MARK: In queries

extension Parameter {
    package static let limit = query(
        "limit",
        .integer(in: 1...200),
        "How many items at most; 50 unless told otherwise."
    )
    package static let cursor = query("cursor", .text, "Where to go on: `next_cursor` or `prev_cursor` of an answer.")
    package static let minPosition = query(
        "min_position",
        .text,
        "A `Daybook-Position`: the answer waits until it includes that write."
    )
}

extension [Parameter] {
    package static var paging: [Parameter] { [.limit, .cursor] }
}

// MARK: In paths

extension Parameter {
    /// What may stand in a path, by the name of its place.
    private static let places = Dictionary(
        uniqueKeysWithValues: [
            identifier(of: UserEvent.self), identifier(of: RoomEvent.self), identifier(of: MessageEvent.self),
            identifier(of: TenantEvent.self), identifier(of: SessionEvent.self), identifier(of: OnboardingEvent.self),
            identifier(of: InviteEvent.self), identifier(of: OrgEvent.self), identifier(of: IdentityEvent.self),
            path(
                "provider",
                .text,
                "A provider's name, as the installation's configuration has it.",
                missing: .notFound("auth.provider_not_found", "there is no such provider")
            ),
            path("name", .text, "What an organization might be called."),
            path(
                "stream",
                .text(matching: "^[a-z]+_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
                "The identifier of a stream, such as that of a room.",
                missing: .notFound("stream.not_found", "there is no such stream")
            ),
            path(
                "meter",
                .choice(Meter.allCases.map(\.rawValue)),
                "What is counted.",
                missing: .notFound("meter.not_found", "there is no such meter")
            ),
            path(
                "plan",
                .text(matching: PlanName.pattern),
                "The name of a plan.",
                missing: .notFound("plan.not_found", "there is no such plan")
            ),
            path("emoji", .text(matching: #"^[^\s\u0000-\u001f\u007f-\u009f]{1,16}$"#), "An emoji or the name of one."),
            path(
                "credential",
                .identifier(CredentialID.prefix),
                "The identifier of a credential.",
                missing: .notFound("credential.not_found", "there is no such credential")
            ),
            path(
                "report",
                .identifier(UsageReportEvent.self),
                "What the service calls the report: a UUID of its own choice.",
                missing: .missing(UsageReportEvent.self)
            ),
            path(
                "queue",
                .identifier("queue"),
                "The `queue_id` of a registration.",
                missing: .notFound("queue_not_found", "there is no such queue")
            ),
        ].map { ($0.name, $0) }
    )

    private static func identifier<E: Event>(of kind: E.Type) -> Parameter {
        path(E.category, .identifier(kind), "The identifier of a \(E.category).", missing: .missing(kind))
    }

    /// What stands in the places of a path such as `/api/rooms/{room}`.
    static func inPath(_ path: String) -> [Parameter] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { place in
            guard let parameter = places[String(place.dropFirst().dropLast())] else {
                preconditionFailure("say in Parameter what \(place) of \(path) is")
            }
            return parameter
        }
    }
}

// MARK: In headers

extension Parameter {
    static let idempotencyKey = header(
        .idempotencyKey,
        .text(matching: "^[!-~]([ -~]{0,253}[!-~])?$"),
        "The same key with the same request gives the first answer again, for at least 7 days."
    )
    static let ifMatch = header(
        .ifMatch,
        .text(matching: #"^(\*|(W/)?"(0|[1-9][0-9]{0,17})")$"#),
        "Writes only if the entity still has this `ETag`."
    )
    static let ifNoneMatch = header(.ifNoneMatch, .text, "`ETag`s that the client holds: 304 if it is one of them.")
    static let minPositionHeader = header(
        .daybookMinPosition,
        .text,
        "A `Daybook-Position`: the answer waits until it includes that write."
    )
    static let minPositionTimeout = header(
        .daybookMinPositionTimeout,
        .integer(in: 0...10_000),
        "How long it may wait for that, in milliseconds; 2000 unless told otherwise."
    )
    static let requestID = header(
        .xRequestID,
        .text,
        "Given back with the answer if it is 1 to 128 letters, digits and `-_.:`; else one is made."
    )
    static let traceparent = header(
        .traceparent,
        .text,
        "W3C trace context, kept with the events; one that is not valid is ignored."
    )
}

extension Problem {
    /// There is nothing of this kind by the name that was given.
    package static func missing(_ kind: (some Event).Type) -> Problem {
        .notFound("\(kind.category).not_found", "there is no such \(kind.category)")
    }
}
