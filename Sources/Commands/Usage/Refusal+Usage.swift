extension Refusal {
    static let limitNotYours = Refusal(.forbidden, "limit.not_yours", "Operators set this limit.")
    static let limitInvalid = Refusal(
        .invalid,
        "limit.invalid",
        "A limit is a whole number from 0; the soft one is at most the hard one.",
        pointer: "/soft"
    )
}
