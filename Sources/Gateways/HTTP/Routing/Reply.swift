package import EventStore
package import HTTPTypes

/// What an endpoint answers, with the endpoint's own status unless it has declared several.
package struct Reply<Answer: EndpointAnswer>: Sendable {
    package var answer: Answer
    /// Of a write's last event; becomes `Daybook-Position`.
    package var position: Position?
    /// What is said beside it, such as cookies and where to go on.
    package var headers: HTTPFields
    /// Instead of the endpoint's own, where it has declared several.
    var status: HTTPResponse.Status?

    package init(_ answer: Answer, position: Position? = nil, headers: HTTPFields = [:]) {
        self.answer = answer
        self.position = position
        self.headers = headers
    }
}

extension Reply where Answer == NoContent {
    package init(position: Position? = nil, headers: HTTPFields = [:]) {
        self.init(NoContent(), position: position, headers: headers)
    }
}
