/// How a batch went whose replies were counted instead of kept.
package struct RedisTally: Sendable, Equatable {
    /// Replies, one a command, that were not errors; `nulls` are among them.
    package internal(set) var ok = 0
    /// Replies that were null: for `EXEC`, that a watched key changed and nothing was done.
    package internal(set) var nulls = 0
    /// Error replies by prefix, those inside the array that `EXEC` answers included.
    package internal(set) var errors: [String: Int] = [:]
}
