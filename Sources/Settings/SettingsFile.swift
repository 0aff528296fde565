internal import Foundation
internal import Yams

/// A configuration file: YAML, and so JSON too. Each key is one of the catalog's, each value as it was declared.
///
///     postgres: host=/var/run/postgresql
///     http:
///       port: 8081
///     log.level: debug        # or with the dot
struct SettingsFile {
    struct Entry {
        let text: String
        let line: Int
    }

    let path: String
    private(set) var entries: [String: Entry] = [:]
    private(set) var faults: [String] = []

    init(path: String, declarations: [Declaration]) throws(SettingsFault) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsFault(["cannot read the configuration file \(path)"])
        }
        guard let text = String(data: data, encoding: .utf8) else { throw SettingsFault(["\(path): expected UTF-8"]) }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw SettingsFault([Self.say(error, path)]) }
        // Nothing but comments.
        guard let root, root != "" else { return }
        guard let mapping = root.mapping else { throw SettingsFault(["\(path): expected settings as key: value"]) }
        let known = Dictionary(declarations.map { ($0.key, $0) }) { first, _ in first }
        read(mapping, below: "", known)
    }

    private mutating func read(_ mapping: Node.Mapping, below prefix: String, _ known: [String: Declaration]) {
        for (keyNode, node) in mapping {
            let line = (keyNode.mark ?? node.mark)?.line ?? 0
            guard let name = keyNode.string else {
                faults.append("\(path):\(line): expected the name of a setting")
                continue
            }
            let key = prefix + name
            if let declaration = known[key] {
                read(node, of: declaration, at: line)
            } else if let inner = node.mapping, known.keys.contains(where: { $0.hasPrefix(key + ".") }) {
                read(inner, below: key + ".", known)
            } else {
                faults.append("\(path):\(line): there is no setting '\(key)'\(Self.suggestion(for: key, known))")
            }
        }
    }

    private mutating func read(_ node: Node, of declaration: Declaration, at line: Int) {
        var text = node.scalar?.string
        if declaration.isList, let items = node.sequence?.map(\.scalar), !items.contains(where: { $0 == nil }) {
            text = items.compactMap { $0?.string }.joined(separator: ",")
        }
        guard let text, declaration.accepts(text) else {
            return faults.append("\(path):\(line): \(declaration.key): expected \(declaration.expectation)")
        }
        guard entries[declaration.key] == nil else {
            return faults.append("\(path):\(line): \(declaration.key) stands here twice")
        }
        entries[declaration.key] = Entry(text: text, line: line)
    }

    private static func suggestion(for key: String, _ known: [String: Declaration]) -> String {
        // How it is called on the command line or in the environment.
        let called = known.values.first {
            $0.flag == key || $0.environment == key || $0.key.replacing(".", with: "-") == key.replacing("_", with: "-")
        }
        return called.map { "; it is called '\($0.key)' here" } ?? ""
    }

    /// Without the lines that Yams quotes: there may be secrets in them.
    private static func say(_ error: any Error, _ path: String) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(path):\(mark.line): not YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "\(path):\(context.mark.line): \(duplicates.sorted().joined(separator: ", ")) stands here twice"
        default: "\(path): not YAML"
        }
    }
}
