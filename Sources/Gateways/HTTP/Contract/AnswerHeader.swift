internal import HTTPTypes

/// A header of answers, as the contract tells of it.
enum AnswerHeader: String, CaseIterable {
    case requestID = "X-Request-Id"
    case entityTag = "ETag"
    case position = "Daybook-Position"
    case retryAfter = "Retry-After"
    case challenge = "WWW-Authenticate"
    case rateLimitPolicy = "RateLimit-Policy"
    case rateLimit = "RateLimit"

    /// Those that any answer may have.
    static let common: [AnswerHeader] = [.requestID, .rateLimitPolicy, .rateLimit]

    /// Those that come with a problem of this status.
    static func of(_ status: HTTPResponse.Status) -> [AnswerHeader] {
        switch status {
        case .unauthorized: [.challenge]
        case .tooManyRequests, .serviceUnavailable: [.retryAfter]
        default: []
        }
    }

    static func references(_ headers: [AnswerHeader]) -> JSONNode {
        JSONNode(members: headers.map { ($0.rawValue, ["$ref": "#/components/headers/\($0.rawValue)"]) })
    }

    static var components: JSONNode { JSONNode(members: allCases.map { ($0.rawValue, $0.component) }) }

    private var component: JSONNode {
        switch self {
        case .requestID: entry("What to quote when something is wrong.", ["type": "string", "minLength": 1])
        // A write whose entity cannot be read yet may not know its version.
        case .entityTag:
            entry(
                "The version of the entity, in quotes.",
                ["type": "string", "pattern": #"^"[0-9]+"$"#],
                always: false
            )
        case .position:
            entry("Of this write, to be sent back as `Daybook-Min-Position`.", ["type": "string", "minLength": 1])
        case .retryAfter: entry("In how many seconds to try again.", ["type": "integer", "minimum": 0])
        case .challenge: entry("How to authenticate.", ["type": "string"])
        // Where limits are off, and where the process is about to end, there are none.
        case .rateLimitPolicy:
            entry(
                "The limits of such requests: `q` of them in `w` seconds.",
                ["type": "string", "pattern": #"^"[a-z-]+";q=[0-9]+;w=[0-9]+(, "[a-z-]+";q=[0-9]+;w=[0-9]+)*$"#],
                always: false
            )
        case .rateLimit:
            entry(
                "What is left of the tightest: `r` requests; all of it in `t` seconds.",
                ["type": "string", "pattern": #"^"[a-z-]+";r=[0-9]+;t=[0-9]+$"#],
                always: false
            )
        }
    }

    private func entry(_ summary: String, _ schema: JSONNode, always: Bool = true) -> JSONNode {
        ["description": .text(summary), "required": .boolean(always), "schema": schema]
    }
}
