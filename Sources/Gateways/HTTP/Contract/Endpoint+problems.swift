internal import Events
internal import HTTPTypes

extension Endpoint {
    /// The problems of one status that an endpoint can answer, by their codes.
    struct KnownProblems {
        let status: HTTPResponse.Status
        var codes: [String]
    }

    /// All that it can answer: what is common to all, to its kind and to what it takes, and its own. A rule that says no to a
    /// command has one of these statuses, with a code of the rule.
    var knownProblems: [KnownProblems] {
        var known: [Int: KnownProblems] = [:]
        for (status, codes) in common + ofKind + ofBody + ofPath + problems.map({ ($0.status, [$0.code]) }) {
            guard !codes.isEmpty else { continue }
            known[status.code, default: KnownProblems(status: status, codes: [])].codes += codes
        }
        return known.sorted { $0.key < $1.key }.map { _, problems in
            var unique: [String] = []
            for code in problems.codes where !unique.contains(code) { unique.append(code) }
            return KnownProblems(status: problems.status, codes: unique)
        }
    }

    private typealias Codes = (HTTPResponse.Status, [String])

    private var common: [Codes] {
        [
            (.badRequest, ["query.unknown_parameter", "query.duplicate_parameter"]),
            (.badRequest, query.isEmpty ? [] : ["query.bad_value"]),
            (.unauthorized, ofBearers + (needsRecentLogin ? [Problem.stepUpCode] : [])),
            (.forbidden, ofOperators + ofScopes),
            (.tooManyRequests, ["rate_limited"]),
            (.serviceUnavailable, ["store_unavailable", "shutting_down", "draining"]),
        ]
    }

    private var ofBearers: [String] {
        switch access {
        case .everybody: []
        case .services: ["auth.no_token", "auth.service_refused"]
        case .user, .account, .operators: ["auth.no_token", "auth.dead_session"]
        }
    }

    private var ofScopes: [String] {
        switch access {
        case .user, .services(_?): ["auth.insufficient_scope"]
        case .services(nil), .account, .operators, .everybody: []
        }
    }

    private var ofOperators: [String] {
        guard case .operators(let role) = access else { return [] }
        return ["operator.required"] + (role == .operator ? ["operator.reads_only"] : [])
    }

    private var ofKind: [Codes] {
        switch kind {
        case .read:
            [
                (.badRequest, ["bad_position", "bad_timeout"]),
                (.forbidden, ["user.not_in_tenant", "user.deactivated", "role.not_allowed"]),
                (.serviceUnavailable, ["projection_behind"]),
            ]
        case .write:
            [
                (.badRequest, ["bad_idempotency_key", "bad_if_match"]),
                (.forbidden, ["user.not_in_tenant", "user.deactivated", "role.auditor_reads_only", "limit.reached"]),
                (.conflict, ["conflict"]),
                (.preconditionFailed, ["version_mismatch"]),
                (.unprocessableContent, ["idempotency_key_reused"]),
                (.serviceUnavailable, ["overloaded"]),
            ]
        case .plain: []
        }
    }

    private var ofBody: [Codes] {
        guard request != nil else { return [] }
        guard encoding == .json else {
            return [
                (.badRequest, ["form.malformed"]), (.contentTooLarge, ["body.too_large"]),
                (.unsupportedMediaType, ["form.not_form"]),
            ]
        }
        return [
            (
                .badRequest,
                [
                    "json.malformed", "json.unknown_field", "json.missing_field", "json.duplicate_field",
                    "json.wrong_type",
                ]
            ),
            (.contentTooLarge, ["body.too_large"]),
            (.unsupportedMediaType, ["body.not_json"]),
            (.unprocessableContent, ["text.nul"]),
        ]
    }

    private var ofPath: [Codes] {
        parameters.compactMap { $0.missing.map { ($0.status, [$0.code]) } }
    }
}

extension Problem {
    /// The document that every problem is.
    static var shape: JSONShape {
        let fault = JSONShape.object([
            .init("pointer", .noted(.text, .about("A JSON Pointer into the body."))), .init("reason", .text),
        ])
        let limit = JSONShape.object([
            .init("meter", .choice(Meter.allCases.map(\.rawValue))), .init("limit", .integer), .init("used", .integer),
            .init(name: "period_ends_at", shape: Timestamp.shape, required: false),
        ])
        return .named(
            "Problem",
            .object([
                .init("type", .text), .init("title", .text), .init("status", .integer),
                .init("detail", .noted(.text, .about("For people."))),
                .init("code", .noted(.text, .about("For programs; it never changes."))),
                .init("errors", .array(.named("Fault", fault))), .init("request_id", .text),
                .init(
                    name: "login_url",
                    shape: .noted(.text, .about("Where the browser goes to show again who somebody is.")),
                    required: false
                ),
                .init(
                    name: "limit",
                    shape: .named("ReachedLimit", limit),
                    required: false
                ),
            ])
        )
    }
}
