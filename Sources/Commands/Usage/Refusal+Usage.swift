extension Refusal {
    static func limitReached(_ limit: ReachedLimit) -> Refusal {
        var refusal = Refusal(.exhausted, "limit.reached", limit.message)
        refusal.limit = limit
        return refusal
    }

    static let limitNotYours = Refusal(.forbidden, "limit.not_yours", "Operators set this limit.")
    static let limitInvalid = Refusal(
        .invalid,
        "limit.invalid",
        "A limit is a whole number from 0; the soft one is at most the hard one.",
        pointer: "/soft"
    )
    static let limitAboveGranted = Refusal(
        .conflict,
        "limit.above_granted",
        "A limit of one's own is at most what the operators grant.",
        pointer: "/hard"
    )
}
