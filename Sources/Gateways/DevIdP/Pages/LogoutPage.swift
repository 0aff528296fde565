internal import Pages

/// Asks whether the session shall end.
struct LogoutPage: Sendable {
    let action: String
    /// Who wants it, if that is known.
    let client: String?
    let person: Person?
    /// The request, which the form sends again.
    let carried: [(name: String, value: String)]

    var page: Page {
        Page(
            "Sign out?",
            """
            <p>You are signed in here as <strong class="cut">\(person?.name ?? "somebody who is not known any more")</strong>. \
            \(client.map { "\($0) asks to end that." } ?? "Signing out ends that, for every application.")</p>
            <form method="post" action="\(action)">
            \(Markup.hidden(carried))
            <p><button class="main" name="choice" value="logout">Sign out</button></p>
            </form>
            <p class="quiet">To stay signed in, close this page.</p>
            """
        )
    }
}
