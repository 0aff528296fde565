extension String {
    /// Whether it is ASCII and has at most `limit` bytes.
    ///
    /// To be asked of what a client sends before it is compared or hashed: Swift does that by canonical equivalence, in a time that
    /// grows with the square of a run of combining marks, so that one long text holds a core for seconds.
    func isPlain(upTo limit: Int) -> Bool { utf8.count <= limit && utf8.allSatisfy { $0 < 0x80 } }
}
