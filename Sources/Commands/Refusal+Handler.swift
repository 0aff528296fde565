extension Refusal {
    static let versionMismatch = Refusal(
        .preconditionFailed,
        "version_mismatch",
        "It has another version than the one that If-Match names."
    )
}
