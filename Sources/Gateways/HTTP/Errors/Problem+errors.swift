internal import Commands
internal import Events
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Postgres

extension Problem {
    /// What a client is told of an error; nil if it is one that only the log may know.
    package init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as Refusal: self.init(refusal)
        case CommandError.failed: return nil
        case let error as CommandError: self.init(error)
        case let error as PostgresError where error.isUnavailable: self = .storeAway
        case is CancellationError: self = .unavailable("shutting_down", "the request was cut short; send it again")
        case is NIOTooManyBytesError:
            self.init(.contentTooLarge, "body.too_large", "the body is larger than this route takes")
        case let error as HTTPError where error.status.kind == .clientError:
            self.init(error.status, Self.code(of: error.status), error.body ?? error.status.reasonPhrase)
        default: return nil
        }
    }

    static var internalError: Problem {
        Problem(.internalServerError, "internal", "something went wrong here; quote the request id when you report it")
    }

    static var storeAway: Problem { .unavailable("store_unavailable", "a store is away; send the same request again") }

    init(_ refusal: Refusal) {
        let status: HTTPResponse.Status =
            switch refusal.kind {
            case .notFound: .notFound
            case .forbidden, .exhausted: .forbidden
            case .conflict, .limit: .conflict
            case .preconditionFailed: .preconditionFailed
            case .invalid: .unprocessableContent
            }
        let faults = refusal.pointer.map { [Fault($0, refusal.message)] } ?? []
        self.init(status, refusal.code, refusal.message, errors: faults)
        limit = refusal.limit.map { limit in
            Limit(
                meter: limit.meter.rawValue,
                limit: limit.limit,
                used: limit.used,
                period_ends_at: limit.periodEnd
            )
        }
    }

    init(_ error: CommandError) {
        switch error {
        case .refused(let refusal): self.init(refusal)
        case .keyReused:
            self.init(
                .unprocessableContent,
                "idempotency_key_reused",
                "the idempotency key was used for another request"
            )
        case .conflict: self.init(.conflict, "conflict", "others kept changing the same things; send it again")
        case .overloaded: self = .unavailable("overloaded", "too many writes are waiting; send the same request again")
        case .unavailable: self = .storeAway
        case .failed: self = .internalError
        }
    }

    /// `Not Found` -> `not_found`.
    private static func code(of status: HTTPResponse.Status) -> String {
        status.reasonPhrase.lowercased().replacing(" ", with: "_")
    }
}
