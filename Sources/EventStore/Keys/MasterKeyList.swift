internal import Crypto
package import Foundation

/// The master keys of an installation as they stand in a file, the newest first:
///
/// ```
/// 5d0c1f3a 8f…64 hexadecimal digits…e1 waiting
/// 91b2e077 03…64 hexadecimal digits…9c current
/// 0aa4c6d2 7b…64 hexadecimal digits…40 replaced 2026-03-01T12:00:00Z
/// ```
///
/// A key waits until all processes know it, since what is made with it must open everywhere; then it becomes the current one. The
/// digits of one key alone are a list too. In a variable of the environment commas may stand for the ends of lines.
package struct MasterKeyList: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// Opens, and makes nothing yet.
        case waiting
        /// Makes what is new.
        case current
        /// Opens what was made before.
        case replaced(Date)
    }

    package struct Entry: Sendable, Equatable {
        package let key: MasterKey
        package var state: State
    }

    package enum Fault: Error, Equatable, CustomStringConvertible {
        case malformed(line: Int)
        /// The id is not that of the key beside it, so one of them was mistyped.
        case otherID(line: Int)
        case repeated(MasterKey.ID)
        case notOneCurrent
        case unknown(String)
        case isCurrent(MasterKey.ID)
        case tooYoung(MasterKey.ID, until: Date)

        package var description: String {
            switch self {
            case .malformed(let line):
                "line \(line) is no master key: 64 hexadecimal digits, or an id, the digits and a state"
            case .otherID(let line): "line \(line): the id is not that of the key"
            case .repeated(let id): "master key \(id) is there twice"
            case .notOneCurrent: "exactly one master key must be current"
            case .unknown(let id): "there is no master key '\(id)'"
            case .isCurrent(let id): "master key \(id) is the current one"
            case .tooYoung(let id, let date):
                "master key \(id) is needed until \(date.formatted(.iso8601)) for links and retries made under it"
            }
        }
    }

    /// How long what was signed under a key stays good: invitations for 14 days, answers kept for retries for 7.
    package static let signedFor: TimeInterval = 14 * 86_400

    package private(set) var entries: [Entry]

    package init(_ current: MasterKey) { entries = [Entry(key: current, state: .current)] }

    package init(text: String) throws(Fault) {
        entries = []
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline || $0 == "," }
        for (number, line) in zip(1..., lines) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if let first = words.first, !first.hasPrefix("#") { entries.append(try Self.entry(words, line: number)) }
        }
        guard entries.count(where: { $0.state == .current }) == 1 else { throw .notOneCurrent }
        for (place, entry) in entries.enumerated()
        where entries[..<place].contains(where: { $0.key.id == entry.key.id }) {
            throw .repeated(entry.key.id)
        }
    }

    private static func entry(_ words: [Substring], line: Int) throws(Fault) -> Entry {
        if words.count == 1, let key = MasterKey(digits: words[0]) { return Entry(key: key, state: .current) }
        guard words.count >= 3, let key = MasterKey(digits: words[1]) else { throw .malformed(line: line) }
        guard words[0] == key.id.description else { throw .otherID(line: line) }
        switch (words[2], words.count) {
        case ("waiting", 3): return Entry(key: key, state: .waiting)
        case ("current", 3): return Entry(key: key, state: .current)
        case ("replaced", 4):
            guard let date = try? Date(String(words[3]), strategy: .iso8601) else { throw .malformed(line: line) }
            return Entry(key: key, state: .replaced(date))
        default: throw .malformed(line: line)
        }
    }

    /// With a line feed behind each line.
    package var text: String {
        entries.map { entry in
            let state =
                switch entry.state {
                case .waiting: "waiting"
                case .current: "current"
                case .replaced(let date): "replaced \(date.formatted(.iso8601))"
                }
            return "\(entry.key.id) \(entry.key.digits) \(state)\n"
        }.joined()
    }

    package var current: MasterKey {
        guard let current = entries.first(where: { $0.state == .current }) else {
            preconditionFailure("a list has one current key")
        }
        return current.key
    }

    /// Adds a key that waits.
    package mutating func add(_ key: MasterKey) throws(Fault) {
        guard !entries.contains(where: { $0.key.id == key.id }) else { throw .repeated(key.id) }
        entries.insert(Entry(key: key, state: .waiting), at: 0)
    }

    /// Makes a key the current one. The one that already is stays so.
    package mutating func use(_ id: String, at now: Date) throws(Fault) {
        let new = try place(of: id)
        guard entries[new].state != .current else { return }
        for place in entries.indices where entries[place].state == .current { entries[place].state = .replaced(now) }
        entries[new].state = .current
    }

    /// The key, if nothing that was signed under it can be good any more.
    package func retirable(_ id: String, at now: Date, isEarly: Bool) throws(Fault) -> MasterKey {
        let entry = entries[try place(of: id)]
        switch entry.state {
        case .current: throw .isCurrent(entry.key.id)
        case .waiting: break
        case .replaced(let date):
            let end = date.addingTimeInterval(Self.signedFor)
            guard isEarly || end <= now else { throw .tooYoung(entry.key.id, until: end) }
        }
        return entry.key
    }

    package mutating func remove(_ key: MasterKey) { entries.removeAll { $0.key == key && $0.state != .current } }

    private func place(of id: String) throws(Fault) -> Int {
        guard let place = entries.firstIndex(where: { $0.key.id.description == id }) else { throw .unknown(id) }
        return place
    }
}
