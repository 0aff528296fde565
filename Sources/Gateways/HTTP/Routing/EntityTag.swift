package import EventStore
internal import HTTPTypes
package import Hummingbird

/// The tag of an entity: its version in quotes.
package struct EntityTag: CustomStringConvertible, Sendable {
    package let version: StreamVersion

    package init(version: StreamVersion) { self.version = version }

    package var description: String { "\"\(version)\"" }

    /// Whether an `If-None-Match` names it, by the weak comparison of RFC 9110 8.8.3.2.
    package func matches(anyOf header: String) -> Bool {
        guard header.isPlain(upTo: 8192) else { return false }
        return header.split(separator: ",").contains { tag in
            let tag = tag.trimming(" \t")
            return tag == "*" || tag == description || tag == "W/\(description)"
        }
    }
}

extension Request {
    /// The version that `If-Match` names; nil without one, or for `*`, which any entity matches that is there.
    package func ifMatch() throws(Problem) -> StreamVersion? {
        guard let header = headers[.ifMatch] else { return nil }
        guard header.isPlain(upTo: 64) else { throw .badIfMatch }
        let tag = header.trimming(" \t")
        if tag == "*" { return nil }
        let isWeak = tag.hasPrefix("W/")
        let quoted = tag.dropFirst(isWeak ? 2 : 0)
        guard quoted.count > 2, quoted.first == "\"", quoted.last == "\"",
            let version = StreamVersion(quoted.dropFirst().dropLast()), version >= 0,
            EntityTag(version: version).description == quoted
        else { throw .badIfMatch }
        // A weak tag never matches strongly (RFC 9110 13.1.1).
        guard !isWeak else {
            throw Problem(.preconditionFailed, "version_mismatch", "a weak tag matches no version")
        }
        return version
    }
}

extension Problem {
    fileprivate static var badIfMatch: Problem {
        .badRequest("bad_if_match", "If-Match must be one entity's tag, such as \"3\", or *")
    }
}

extension StringProtocol {
    fileprivate func trimming(_ characters: String) -> String {
        String(drop { characters.contains($0) }.reversed().drop { characters.contains($0) }.reversed())
    }
}
