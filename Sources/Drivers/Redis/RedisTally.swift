/// How a batch went whose replies were counted instead of kept.
package struct RedisTally: Sendable, Equatable {
    /// Replies, one a command, that were not errors; `nulls` are among them.
    package let ok: Int
    /// Replies that were null: for `EXEC`, that a watched key changed and nothing was done.
    package let nulls: Int
    /// Error replies by prefix, those inside the array that `EXEC` answers included.
    package let errors: [String: Int]

    package init(ok: Int = 0, nulls: Int = 0, errors: [String: Int] = [:]) {
        (self.ok, self.nulls, self.errors) = (ok, nulls, errors)
    }
}
