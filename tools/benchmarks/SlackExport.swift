internal import Foundation

/// An export of Slack as a project of some size has it: one channel, 67 people, a file per meeting's day, short messages of which
/// one in twenty answers another.
struct SlackExport {
    let messages: Int

    private static let (people, days) = (67, 131)
    private static let words = """
        we will meet again in two weeks and the minutes are in the usual place thanks for writing them down could you look at this \
        issue before it is closed I think that the proposal is fine as it stands
        """.split(separator: " ")

    private struct User: Encodable {
        let id: String
        let name: String
        let real_name: String
    }

    private struct Channel: Encodable {
        let id = "C1"
        let name = "project-chat"
        let members: [String]
    }

    private struct Message: Encodable {
        let type = "message"
        let user: String
        let ts: String
        let text: String
        let thread_ts: String?
    }

    /// - Returns: the path.
    func write(to path: String) throws -> String {
        let users = (0..<Self.people).map { User(id: "U\($0)", name: "user\($0)", real_name: "User Number \($0)") }
        var zip = ZipWriter()
        let encoder = JSONEncoder()
        zip.add("users.json", try encoder.encode(users))
        zip.add("channels.json", try encoder.encode([Channel(members: users.map(\.id))]))
        for day in 0..<Self.days {
            let said = (messages * day / Self.days..<messages * (day + 1) / Self.days).map {
                message($0, on: day, users)
            }
            // A week lies between two meetings.
            let date = Date(timeIntervalSince1970: Self.start(of: day)).formatted(.iso8601.year().month().day())
            zip.add("project-chat/\(date).json", try encoder.encode(said))
        }
        try zip.archive.write(to: URL(filePath: path))
        return path
    }

    private static func start(of day: Int) -> Double { 1_541_376_000 + Double(day) * 7 * 86_400 }

    private func message(_ number: Int, on day: Int, _ users: [User]) -> Message {
        let time = { (number: Int) in String(format: "%.6f", Self.start(of: day) + Double(number) + 0.0001) }
        let first = messages * day / Self.days
        let answers = number % 20 == 7 && number - 3 >= first
        // From 3 to 23 words.
        let length = 3 + number * 7 % 21
        let words = (0..<length).map { Self.words[(number * 13 + $0 * 5) % Self.words.count] }
        return Message(
            user: users[number * 31 % users.count].id,
            ts: time(number - first),
            text: words.joined(separator: " "),
            thread_ts: answers ? time(number - 3 - first) : nil
        )
    }
}

/// A zip archive as it grows; nothing in it is compressed.
private struct ZipWriter {
    private var entries = Data()
    private var directory = Data()
    private var count: UInt16 = 0

    private static let table = (0..<256 as Range<UInt32>).map { byte in
        (0..<8).reduce(byte) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    mutating func add(_ name: String, _ content: Data) {
        let crc = ~content.reduce(UInt32.max) { $0 >> 8 ^ Self.table[Int(($0 ^ UInt32($1)) & 255)] }
        // Version 2.0, UTF-8 names, stored, midnight of 1980-01-01.
        var fields = Data()
        for field: UInt16 in [20, 0x800, 0, 0, 0x21] { fields.append(little: field) }
        for field in [crc, UInt32(content.count), UInt32(content.count)] { fields.append(little: field) }
        for field in [UInt16(name.utf8.count), 0] { fields.append(little: field) }
        let offset = UInt32(entries.count)
        entries.append(little: UInt32(0x0403_4B50))
        entries.append(fields + name.utf8 + content)
        directory.append(little: UInt32(0x0201_4B50))
        directory.append(little: UInt16(20))
        directory.append(fields)
        for field: UInt16 in [0, 0, 0] { directory.append(little: field) }
        for field in [0, offset] { directory.append(little: field) }
        directory.append(contentsOf: name.utf8)
        count += 1
    }

    var archive: Data {
        var end = Data()
        end.append(little: UInt32(0x0605_4B50))
        for field in [0, 0, count, count] { end.append(little: field) }
        for field in [UInt32(directory.count), UInt32(entries.count)] { end.append(little: field) }
        end.append(little: UInt16(0))
        return entries + directory + end
    }
}

extension Data {
    fileprivate mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
