import Foundation
import Mail
import Testing

struct MailFolderTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString.prefix(8))")
        .path

    @Test func `messages become files, in order, for their owner alone`() async throws {
        defer { remove() }
        let mail = MailFolder(path: "\(folder)/mail", sender: .daybook)
        for number in 0..<20 { try await mail.send(.to("ada", key: "\(number)", subject: "Number \(number)")) }
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/mail").sorted()
        #expect(
            files.count == 20 && files.allSatisfy { $0.wholeMatch(of: #/\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}\.eml/#) != nil }
        )
        for (number, file) in files.enumerated() {
            let path = "\(folder)/mail/\(file)"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains("\r\nSubject: Number \(number)\r\n") && text.hasSuffix("\r\n\r\nHello\r\n\r\n"))
            #expect(try permissions(path) == 0o600)
        }
        #expect(try permissions("\(folder)/mail") == 0o700)
    }

    @Test func `many may write at once`() async throws {
        defer { remove() }
        let mail = MailFolder(path: folder, sender: .daybook)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 { group.addTask { try await mail.send(.to("ada", key: "\(number)")) } }
            try await group.waitForAll()
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.count == 100 && files.allSatisfy { $0.hasSuffix(".eml") })
    }

    @Test func `a folder that cannot be is an error`() async throws {
        defer { remove() }
        try Data().write(to: URL(filePath: folder))
        await expect(.folder, isRetriable: true) {
            try await MailFolder(path: "\(folder)/mail", sender: .daybook).send(.to("ada"))
        }
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func remove() {
        do { try FileManager.default.removeItem(atPath: folder) } catch { print("left behind: \(folder)") }
    }
}
