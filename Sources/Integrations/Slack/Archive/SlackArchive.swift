internal import Events
internal import Foundation
internal import Zip

/// An export of Slack: lists of people and channels, and a folder per channel with a file per day.
///
///     users.json  channels.json  groups.json  dms.json  mpims.json
///     general/2018-11-05.json  general/2018-11-06.json …
///
/// Opening it reads and checks all of it, day by day, so that a damaged one is known before anything is written.
/// Not `Sendable`: the archive beneath is read by one task.
package final class SlackArchive {
    /// A file of messages.
    struct Day {
        let channel: SlackChannel
        /// Such as `2018-11-05`.
        let date: Substring
        let entry: ZipEntry
    }

    let users: [SlackUser]
    let channels: [(channel: SlackChannel, kind: RoomEvent.Kind)]
    /// In the order of their dates; of one date in the order of the lists.
    private(set) var days: [Day] = []
    /// Everyone who wrote, was mentioned as an author or reacted, by channel.
    private(set) var participants: [String: Set<String>] = [:]
    /// Those of them who are in no list.
    private(set) var unlisted: [String: SlackUser] = [:]
    /// Roots that answers name and that no file has, by channel.
    private(set) var missingRoots: [String: Set<SlackTime>] = [:]
    package private(set) var messageCount = 0
    /// Entries that belong to nothing that is known.
    package private(set) var strayEntries: [String] = []

    private let zip: ZipArchive

    package init(path: String) throws(SlackArchiveError) {
        let zip: ZipArchive
        do { zip = try ZipArchive(path: path) } catch { throw .damaged(error) }
        self.zip = zip

        // Some archives have everything in one folder more.
        let lists = zip.entries.filter { $0.name == "users.json" || $0.name.hasSuffix("/users.json") }
        guard let list = lists.min(by: { $0.name.count < $1.name.count }) else {
            throw .notAnExport(file: path, missing: "users.json")
        }
        let base = list.name.dropLast("users.json".count)
        users = try Self.decode([SlackUser].self, list, of: zip)
        var channels: [(channel: SlackChannel, kind: RoomEvent.Kind)] = []
        var listed = 0
        for (name, kind) in Self.channelLists {
            guard let entry = zip.entry(named: base + name) else { continue }
            listed += 1
            channels += try Self.decode([SlackChannel].self, entry, of: zip).map { ($0, kind) }
        }
        guard listed > 0 else { throw .notAnExport(file: path, missing: "channels.json") }
        self.channels = channels
        findDays(below: base)
        try check()
    }

    /// The messages of a day, oldest first, each time once.
    func messages(of day: Day) throws(SlackArchiveError) -> [SlackMessage] {
        let messages = try Self.decode([SlackMessage].self, day.entry, of: zip).sorted { $0.ts < $1.ts }
        var times: Set<SlackTime> = []
        return messages.filter { times.insert($0.ts).inserted }
    }

    private static let channelLists: KeyValuePairs<String, RoomEvent.Kind> = [
        "channels.json": .channel, "groups.json": .private, "mpims.json": .private, "dms.json": .private,
    ]

    /// More than any day has; a bound for what an archive that lies may take of memory, in bytes.
    private static let entryLimit = 512 << 20

    private static func decode<T: Decodable>(
        _: T.Type,
        _ entry: ZipEntry,
        of zip: ZipArchive
    ) throws(SlackArchiveError) -> T {
        let bytes: [UInt8]
        do { bytes = try zip.read(entry, limit: entryLimit) } catch { throw .damaged(error) }
        do { return try JSONReader.value(T.self, of: bytes) } catch {
            throw .malformed(file: zip.path, entry: entry.name, reason: reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }
                .joined()
            return path.isEmpty ? "" : " at \(path)"
        }
        return switch error {
        case let fault as JSONDocument.Fault: "it is not well-formed JSON: \(fault)"
        case DecodingError.dataCorrupted(let context): "\(context.debugDescription)\(place(context))"
        case DecodingError.keyNotFound(let key, let context): "'\(key.stringValue)' is missing\(place(context))"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "a value of another kind is needed\(place(context))"
        default: "\(error)"
        }
    }

    private func findDays(below base: Substring) {
        let byFolder = Dictionary(channels.map { ($0.channel.folder, $0.channel) }) { first, _ in first }
        for entry in zip.entries where !entry.isDirectory && !entry.name.hasPrefix("__MACOSX/") {
            guard entry.name.hasPrefix(base) else { continue }
            let parts = entry.name.dropFirst(base.count).split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].hasSuffix(".json"), let channel = byFolder[String(parts[0])] else {
                if parts.count > 1 { strayEntries.append(entry.name) }
                continue
            }
            days.append(Day(channel: channel, date: parts[1].dropLast(".json".count), entry: entry))
        }
        days.sort { ($0.date, $0.channel.id) < ($1.date, $1.channel.id) }
    }

    /// Reads every day once, for what must be known beforehand.
    private func check() throws(SlackArchiveError) {
        let known = Set(users.map(\.id))
        var times: [String: Set<SlackTime>] = [:]
        var roots: [String: Set<SlackTime>] = [:]
        for day in days {
            let channel = day.channel.id
            for message in try messages(of: day) {
                messageCount += 1
                guard message.reasonToLeaveOut == nil, let author = message.author else { continue }
                times[channel, default: []].insert(message.ts)
                if let root = message.root { roots[channel, default: []].insert(root) }
                let others =
                    (message.reactions ?? []).flatMap { $0.users ?? [] } + [message.edited?.user].compactMap { $0 }
                participants[channel, default: []].formUnion([author] + others)
                if !known.contains(author) {
                    let name = message.userProfile?.name ?? message.userProfile?.realName ?? message.username
                    unlisted[author] = .unlisted(id: author, name: name, isBot: message.user == nil)
                }
                for other in others where !known.contains(other) && unlisted[other] == nil {
                    unlisted[other] = .unlisted(id: other, name: nil, isBot: false)
                }
            }
        }
        missingRoots = roots.mapValues { _ in [] }
        for (channel, roots) in roots { missingRoots[channel] = roots.subtracting(times[channel] ?? []) }
    }
}
