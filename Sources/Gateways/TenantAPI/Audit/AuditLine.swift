internal import EventStore
package import Events
package import GatewayHTTP
package import Projections

/// A line of the audit stream: an event, or the last line, which says how far the log was read.
package enum AuditLine: Encodable, EndpointAnswer {
    case event(AuditEventView)
    case end(End)

    package static var answerShape: JSONShape? {
        AuditEventView.answerShape.map { event in
            let end: JSONShape = .object([.init("end", .answer(End.self))])
            return .either([event, .named("AuditEnd", end)])
        }
    }

    package struct End: Codable, Sendable {
        /// Everything up to this position that matches has been sent: ask for what comes `after_position` to go on.
        package let through: Int64
        /// Whether the limit, not the log, ended it.
        package let more: Bool

        package init(through: Int64, more: Bool) {
            self.through = through
            self.more = more
        }
    }

    private enum CodingKeys: String, CodingKey { case end }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .event(let event): try event.encode(to: encoder)
        case .end(let end):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(end, forKey: .end)
        }
    }
}

/// An event of the log as auditors get it. Positions are raw here and nowhere else.
package struct AuditEventView: Encodable, EndpointAnswer {
    let entry: AuditEntry
    let data: RawJSON?

    package init(_ entry: AuditEntry) throws {
        self.entry = entry
        data = try entry.data().map(RawJSON.init)
    }

    fileprivate enum CodingKeys: String, CodingKey {
        case position
        case recordedAt = "recorded_at"
        case stream, version
        case eventID = "event_id"
        case type, schema, actor
        case onBehalfOf = "on_behalf_of"
        case command, correlation, causation, traceparent, data, fault
    }

    package static var answerShape: JSONShape? {
        func nullable(_ key: CodingKeys, _ note: String) -> JSONShape.Field {
            .init(key.rawValue, .nullable(.noted(.text, .about(note))))
        }
        return .named(
            "AuditEvent",
            .object([
                .init("position", .integer),
                .init("recorded_at", Timestamp.shape),
                .init("stream", .text),
                .init("version", .integer),
                .init("event_id", .text),
                .init("type", .text),
                .init("schema", .integer),
                nullable(.actor, "The identifier of a user, `system`, or `integration:` and its name."),
                nullable(.onBehalfOf, "The identifier of a user."),
                .init("command", .noted(.text, .about("The key of the command that wrote it, in hexadecimal."))),
                nullable(.correlation, "A UUID."),
                nullable(.causation, "A UUID."),
                nullable(.traceparent, "W3C trace context."),
                .init(
                    "data",
                    .noted(.anything, .about("What it says, personal texts opened; null if it is not understood."))
                ),
                nullable(.fault, "Why it is not understood."),
            ])
        )
    }

    package func encode(to encoder: any Encoder) throws {
        let raw = entry.raw
        let metadata = entry.recorded?.metadata
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(raw.position, forKey: .position)
        try container.encode(Timestamp(microseconds: raw.recordedAt), forKey: .recordedAt)
        try container.encode(entry.recorded?.event.streamName ?? raw.stream.text, forKey: .stream)
        try container.encode(raw.version, forKey: .version)
        try container.encode(raw.id.text, forKey: .eventID)
        try container.encode(raw.type.name, forKey: .type)
        try container.encode(raw.type.version, forKey: .schema)
        try container.encode(metadata?.actor.text, forKey: .actor)
        try container.encode(metadata?.onBehalfOf?.description, forKey: .onBehalfOf)
        try container.encode(raw.commandKey.hex, forKey: .command)
        try container.encode(metadata?.correlation?.text, forKey: .correlation)
        try container.encode(metadata?.causation?.text, forKey: .causation)
        try container.encode(metadata?.traceparent, forKey: .traceparent)
        try container.encode(data, forKey: .data)
        try container.encode(entry.fault, forKey: .fault)
    }
}

extension Actor {
    /// `user_0190…`, `system` or `integration:slack-import`.
    var text: String {
        switch self {
        case .user(let id): "\(id)"
        case .system: "system"
        case .integration(let name): "integration:\(name)"
        case .account(let id): "\(id)"
        }
    }

    package init?(text: String) {
        if let user = UserID(text) {
            self = .user(user)
        } else if text == "system" {
            self = .system
        } else if let name = text.wholeMatch(of: /integration:(.+)/)?.1 {
            self = .integration(String(name))
        } else {
            return nil
        }
    }
}
