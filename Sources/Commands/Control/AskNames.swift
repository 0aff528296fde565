package import Events

/// Which of some names may be had now. Changes nothing: its answer is read from the same state that decisions are made on.
package struct AskNames: Command {
    package struct Answer: Codable, Sendable, Equatable {
        package var free: [String]
    }

    package static let name = "ask_names"
    package let slugs: [String]

    package init(_ slugs: [String]) { self.slugs = slugs }

    package func load(by loader: borrowing StateLoader) async throws -> [(String, Loaded<HeldName>)] {
        var states: [(String, Loaded<HeldName>)] = []
        for slug in slugs { states.append((slug, try await loader.load(HeldName.self, NameID(slug: slug)))) }
        return states
    }

    package func decide(_ states: [(String, Loaded<HeldName>)], for caller: Caller) throws(Refusal) -> Decision<Answer>
    {
        Decision(Answer(free: states.filter { $0.1.state.isFree(for: nil, at: caller.now) }.map(\.0)))
    }
}
