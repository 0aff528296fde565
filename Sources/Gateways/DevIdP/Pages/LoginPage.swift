internal import Pages

/// Who there is to choose from, and a form for somebody new.
struct LoginPage: Sendable {
    let action: String
    let client: String
    let scopes: Set<Scope>
    /// The request, which the forms send again.
    let carried: [(name: String, value: String)]
    let people: [Person]
    let signedIn: String?
    let expected: AuthorizationRequest.Expected
    /// What was wrong with what was typed.
    let notice: String?
    let typed: (name: String?, email: String?, isVerified: Bool)

    var page: Page {
        Page(
            "Sign in to \(client)",
            """
            <p class="quiet">\(client) will learn \(learned).</p>
            \(problem)
            \(choice)
            \(newcomer)
            <form method="post" action="\(action)">
            \(Markup.hidden(carried))
            <button class="plain" name="choice" value="cancel">Cancel and go back</button>
            </form>
            """
        )
    }

    private var learned: String {
        var things = ["who you are"]
        if scopes.contains(.profile) { things.append("your name") }
        if scopes.contains(.email) { things.append("your e-mail address") }
        let last = things.removeLast()
        return things.isEmpty ? last : "\(things.joined(separator: ", ")) and \(last)"
    }

    private var problem: Markup {
        guard let notice else { return "" }
        return "<p class=\"notice\" role=\"alert\">\(notice)</p>"
    }

    private var choice: Markup {
        guard !people.isEmpty else { return "<p>Nobody is known here yet.</p>" }
        return """
            <form method="post" action="\(action)">
            \(Markup.hidden(carried + [(name: "choice", value: "person")]))
            <h2 id="known">Who are you?</h2>
            <ul aria-labelledby="known">
            \(inOrder.map(button))
            </ul>
            </form>
            """
    }

    /// Who is expected comes first, then who is signed in.
    private var inOrder: [Person] {
        func rank(_ person: Person) -> Int { isExpected(person) ? 0 : person.subject == signedIn ? 1 : 2 }
        return people.sorted { (rank($0), $0.name, $0.email) < (rank($1), $1.name, $1.email) }
    }

    private func isExpected(_ person: Person) -> Bool {
        if case .person(person.subject) = expected { true } else { false }
    }

    private func button(_ person: Person) -> Markup {
        var facts = [person.email]
        if !person.isEmailVerified { facts.append("not verified") }
        if person.subject == signedIn { facts.append("signed in here") }
        let focus: Markup = isExpected(person) ? " autofocus" : ""
        return """
            <li><button class="person" name="person" value="\(person.subject)"\(focus)>\(person.name) \
            <span>\(facts.joined(separator: " · "))</span></button></li>

            """
    }

    private var newcomer: Markup {
        var email = typed.email ?? ""
        if typed.email == nil, case .newcomer(let hinted) = expected { email = hinted }
        let tick: Markup = typed.isVerified || notice == nil ? " checked" : ""
        return """
            <form method="post" action="\(action)">
            \(Markup.hidden(carried + [(name: "choice", value: "newcomer")]))
            <h2>Somebody new</h2>
            <label for="name">Name</label>
            <input type="text" id="name" name="name" value="\(typed.name ?? "")" maxlength="100" autocomplete="off" required>
            <label for="email">E-mail address</label>
            <input type="email" id="email" name="email" value="\(email)" maxlength="254" autocomplete="off" required>
            <label class="tick"><input type="checkbox" name="verified" value="yes"\(tick)> The address counts as verified</label>
            <button class="main">Create and sign in</button>
            </form>
            """
    }
}
