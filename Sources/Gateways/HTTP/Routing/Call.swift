package import EventStore
package import Events
internal import Foundation
package import Hummingbird
package import Sessions

/// One request to an endpoint, by someone who has a session.
package struct Call: Sendable {
    package let request: Request
    package let context: DaybookRequestContext
    package let query: Query

    package var session: Session { context.session }
    /// Of an endpoint for accounts.
    package var account: AccountSession { context.account }
    /// Of an endpoint for services.
    package var service: ServiceCaller { context.service }
    package var tenant: Tenant { context.session.tenant }
    package var user: UserID { context.session.user }

    /// An identifier in the path. One that cannot be one is not there: 404.
    package func id<E: Event>(_ name: String, _ kind: E.Type = E.self) throws(Problem) -> StreamID<E> {
        guard let id = StreamID<E>(context.parameters.get(name) ?? "") else {
            throw .missing(kind)
        }
        return id
    }

    /// A text in the path, percent-decoded.
    package func text(_ name: String) throws(Problem) -> String {
        guard let text = context.parameters.get(name)?.removingPercentEncoding, !text.isEmpty else {
            throw .badRequest("path.malformed", "the path's \(name) is not percent-encoded UTF-8")
        }
        return text
    }
}
