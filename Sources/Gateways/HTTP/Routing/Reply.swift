package import EventStore

/// What an endpoint answers, beside the status, which is the endpoint's own.
package struct Reply<Answer: EndpointAnswer>: Sendable {
    package var answer: Answer
    /// Of a write's last event; becomes `Daybook-Position`.
    package var position: Position?

    package init(_ answer: Answer, position: Position? = nil) {
        self.answer = answer
        self.position = position
    }
}

extension Reply where Answer == NoContent {
    package init(position: Position? = nil) { self.init(NoContent(), position: position) }
}
