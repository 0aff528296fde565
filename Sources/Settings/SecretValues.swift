internal import Foundation

/// What is secret in a value that is said to be.
package enum SecretValues {
    /// Of an address the password in it; of a list, such as one of keys or of headers, every entry and what stands behind its first
    /// `=`; otherwise the whole.
    package static func parts(of text: String) -> [String] {
        let url = #/:\/\/[^:/@\s]*:(?<password>[^@\s]+)@/#
        let keyword = #/(?:^|[\s?&])password\s*=\s*(?<password>'(?:[^'\\]|\\.)*'|[^\s&]+)/#
        if text.contains("://") || text.contains(#/(?:^|\s)(?:host|dbname|service|user)\s*=/#) {
            let found = text.matches(of: url).map(\.password) + text.matches(of: keyword).map(\.password)
            return found.flatMap { password in
                let bare = password.trimmingCharacters(in: ["'"])
                return [bare, bare.removingPercentEncoding ?? bare]
            }
        }
        let entries = text.split { $0 == "," || $0.isWhitespace }.map(String.init)
        let behind = entries.compactMap { entry in
            entry.firstIndex(of: "=").map { String(entry[entry.index(after: $0)...]) }
        }
        return [text] + entries + behind
    }
}

extension Settings {
    /// The secrets in the values that were said somewhere.
    package var secrets: [String] {
        Catalog.daybook.declarations.filter(\.isSecret).compactMap { said($0) }.flatMap(SecretValues.parts)
    }
}
