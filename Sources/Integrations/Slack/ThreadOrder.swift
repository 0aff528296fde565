/// Holds answers back until the message that they answer has passed: in archives some are older than their thread's first
/// message. Then they follow it directly.
struct ThreadOrder {
    private struct Place: Hashable {
        let channel: String
        let time: SlackTime
    }

    /// Roots that will never come, by channel.
    private let missing: [String: Set<SlackTime>]
    /// Answers that wait for their root.
    private var waiting: [Place: [SlackMessage]] = [:]
    /// Of each message that answers, the root; of one that answers an answer, that one's.
    private var roots: [Place: SlackTime] = [:]
    private(set) var delayed = 0
    /// Answers whose root will never come.
    private(set) var orphans = 0

    init(missing: [String: Set<SlackTime>]) { self.missing = missing }

    /// What may be posted now that `message` has come, in order; nothing if it has to wait.
    mutating func pass(_ message: SlackMessage, in channel: String) -> [SlackMessage] {
        if let root = message.root {
            if missing[channel]?.contains(root) == true {
                orphans += 1
            } else if root > message.ts {
                delayed += 1
                waiting[Place(channel: channel, time: root), default: []].append(message)
                return []
            } else {
                roots[Place(channel: channel, time: message.ts)] = self.root(of: message, in: channel)
            }
        }
        return released(by: message, in: channel)
    }

    /// The message whose thread it stands in; nil if it begins one itself, or if its own root will never come.
    func root(of message: SlackMessage, in channel: String) -> SlackTime? {
        guard let root = message.root, missing[channel]?.contains(root) != true else { return nil }
        return roots[Place(channel: channel, time: root)] ?? root
    }

    /// The message and those that waited for it, and those that waited for them.
    private mutating func released(by message: SlackMessage, in channel: String) -> [SlackMessage] {
        var released = [message]
        for answer in waiting.removeValue(forKey: Place(channel: channel, time: message.ts)) ?? [] {
            roots[Place(channel: channel, time: answer.ts)] = root(of: answer, in: channel)
            released += self.released(by: answer, in: channel)
        }
        return released
    }
}
