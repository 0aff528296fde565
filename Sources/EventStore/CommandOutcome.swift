/// What a command was answered, as the log keeps it.
package struct CommandOutcome: Sendable, Equatable {
    /// 32 bytes: hash of the request.
    package let request: [UInt8]
    package let first: Position
    package let last: Position
    package let answer: [UInt8]?

    package init(request: [UInt8], first: Position, last: Position, answer: [UInt8]?) {
        self.request = request
        self.first = first
        self.last = last
        self.answer = answer
    }
}
