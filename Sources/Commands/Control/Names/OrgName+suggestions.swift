extension OrgName {
    /// Other names for who cannot have this one: up to 3 that are valid and free, no two of them alike. The same
    /// question has the same answer.
    ///
    /// - Parameter isTaken: asked about 100 times at most, until there are enough.
    package static func suggestions(for name: OrgName, isTaken: (OrgName) -> Bool) -> [OrgName] {
        var found: [OrgName] = []
        var skeletons: Set<String> = []
        for candidate in candidates(for: name) where skeletons.insert(candidate.skeleton).inserted {
            guard !isTaken(candidate) else { continue }
            found.append(candidate)
            if found.count == 3 { break }
        }
        return found
    }

    /// Words first; a number always finds room.
    private static let endings = ["hq", "team", "group", "labs", "co"] + (2...99).map { "\($0)" }

    private static func candidates(for name: OrgName) -> some Sequence<OrgName> {
        endings.lazy.compactMap { ending in
            let base = cut(Array(name.slug.utf8), to: lengthLimit - 1 - ending.utf8.count)
            return OrgName(unreserved: base + [.hyphen] + ending.utf8)
        }
    }
}
