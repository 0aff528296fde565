import Foundation
import Testing
import Zip

struct ZipArchiveTests {
    private let folder = TemporaryFolder()

    private let text = "day,message\n" + String(repeating: "2026-01-01,héllo\n", count: 5000)

    /// Writes an archive with Python, another hand than libzip's.
    private func archive(_ script: String) throws -> String {
        let path = folder.path("a.zip")
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", "-c", "import sys, zipfile\npath, text = sys.argv[1:]\n" + script, path, text]
        try python.run()
        python.waitUntilExit()
        try #require(python.terminationStatus == 0)
        return path
    }

    private func simple() throws -> String {
        try archive(
            """
            with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
                z.writestr('general/', '')
                z.writestr('general/2026-01-01.json', text)
                z.writestr('empty.txt', '')
                z.writestr('stored.bin', bytes(range(256)), zipfile.ZIP_STORED)
                z.writestr('größe/日本.txt', 'names are UTF-8')
            """
        )
    }

    private func change(_ path: String, _ body: (inout Data) throws -> Void) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        try body(&data)
        try data.write(to: URL(filePath: path))
    }

    private func reason(_ body: () throws -> Void) -> ZipError.Reason? {
        #expect(throws: ZipError.self) { try body() }?.reason
    }

    @Test func `entries are listed and read`() throws {
        let archive = try ZipArchive(path: simple())
        #expect(
            archive.entries.map(\.name)
                == ["general/", "general/2026-01-01.json", "empty.txt", "stored.bin", "größe/日本.txt"]
        )
        #expect(archive.entries.map(\.isDirectory) == [true, false, false, false, false])
        #expect(archive.entries[1].size == UInt64(text.utf8.count))
        #expect(try archive.read(archive.entries[1], limit: .max) == Array(text.utf8))
        #expect(try archive.read(archive.entries[0], limit: 0) == [])
        #expect(try archive.read(archive.entries[2], limit: 0) == [])
        let stored = try #require(archive.entry(named: "stored.bin"))
        #expect(try archive.read(stored, limit: 256) == Array(0...255))
        #expect(archive.entry(named: "nothing") == nil)
    }

    @Test func `an archive without entries is one`() throws {
        #expect(try ZipArchive(path: archive("zipfile.ZipFile(path, 'w').close()")).entries.isEmpty)
    }

    @Test func `a file that is cut off is told as such`() throws {
        let path = try simple()
        for kept in [0.99, 0.5, 0.1] {
            try change(path) { $0 = $0.prefix(Int(Double($0.count) * kept)) }
            #expect(reason { _ = try ZipArchive(path: path) } == .truncated)
        }
    }

    @Test func `a byte changed in stored data does not match its checksum`() throws {
        let path = try simple()
        try change(path) { data in
            let place = try #require(data.range(of: Data([100, 101, 102, 103]))).lowerBound
            data[place] ^= 1
        }
        let archive = try ZipArchive(path: path)
        let error = #expect(throws: ZipError.self) { try archive.read(archive.entries[3], limit: .max) }
        #expect(error?.reason == .checksumMismatch)
        #expect(error?.file == path && error?.entry == "stored.bin")
        // The others are as good as before.
        #expect(try archive.read(archive.entries[1], limit: .max) == Array(text.utf8))
    }

    @Test func `a byte changed in compressed data is noticed`() throws {
        let path = try simple()
        try change(path) { data in
            let name = try #require(data.range(of: Data("2026-01-01.json".utf8)))
            data[name.upperBound + 40] ^= 0xFF
        }
        let archive = try ZipArchive(path: path)
        let reason = reason { _ = try archive.read(archive.entries[1], limit: .max) }
        #expect(reason == .damaged || reason == .checksumMismatch)
    }

    @Test func `what is no archive, or is not there, is told as such`() throws {
        let path = folder.path("text.zip")
        for content in ["", "PK", "not a zip, but long enough to hold the end of a central directory"] {
            try Data(content.utf8).write(to: URL(filePath: path))
            #expect(reason { _ = try ZipArchive(path: path) } == .notAnArchive)
        }
        #expect(reason { _ = try ZipArchive(path: folder.path("nowhere.zip")) } == .missing)
    }

    @Test func `an entry larger than allowed is refused before it is unpacked`() throws {
        let archive = try ZipArchive(
            path: archive(
                """
                with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
                    z.writestr('bomb', b'0' * 50_000_000)
                """
            )
        )
        #expect(archive.entries[0].size == 50_000_000)
        #expect(reason { _ = try archive.read(archive.entries[0], limit: 49_999_999) } == .tooLarge(limit: 49_999_999))
        #expect(try archive.read(archive.entries[0], limit: 50_000_000).count == 50_000_000)
    }

    @Test func `an entry that claims to be small gives no more than allowed`() throws {
        let path = try archive(
            """
            with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
                z.writestr('liar', b'0' * 1_000_000)
            """
        )
        // Its size is told in its own header and in the directory.
        try change(path) { data in
            let (size, lie) = (Data([0x40, 0x42, 0x0F, 0x00]), Data([0x0A, 0x00, 0x00, 0x00]))
            while let place = data.range(of: size) { data.replaceSubrange(place, with: lie) }
        }
        let archive = try ZipArchive(path: path)
        #expect(archive.entries[0].size == 10)
        #expect(throws: ZipError.self) { try archive.read(archive.entries[0], limit: 1000) }
    }

    @Test func `an entry with a password is told as such`() throws {
        let path = try simple()
        // The lowest flag bit, in the entry's own header and in the directory.
        try change(path) { data in
            for (mark, offset) in [(Data("PK\u{3}\u{4}".utf8), 6), (Data("PK\u{1}\u{2}".utf8), 8)] {
                var start = data.startIndex
                while let place = data.range(of: mark, in: start..<data.endIndex) {
                    data[place.lowerBound + offset] |= 1
                    start = place.upperBound
                }
            }
        }
        let archive = try ZipArchive(path: path)
        #expect(reason { _ = try archive.read(archive.entries[1], limit: .max) } == .encrypted)
    }

    @Test func `names that climb out are flagged`() throws {
        let archive = try ZipArchive(
            path: archive(
                """
                with zipfile.ZipFile(path, 'w') as z:
                    for name in ['../a', 'a/../../b', '/etc/passwd', 'C:/a', 'a\\\\..\\\\b', 'a..b/c', './a', 'a/b/']:
                        z.writestr(name, 'x')
                """
            )
        )
        #expect(archive.entries.map(\.climbsOut) == [true, true, true, true, true, false, false, false])
    }

    @Test func `an entry of another archive is missing`() throws {
        let other = try ZipArchive(path: simple()).entries[3]
        let archive = try ZipArchive(path: archive("with zipfile.ZipFile(path, 'w') as z: z.writestr('one', 'x')"))
        #expect(reason { _ = try archive.read(other, limit: .max) } == .missing)
    }
}

/// A folder that is there as long as its test.
private final class TemporaryFolder {
    private let url = FileManager.default.temporaryDirectory.appending(path: "zip-\(UUID().uuidString)")

    init() {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            Issue.record(error)
        }
    }

    deinit {
        do { try FileManager.default.removeItem(at: url) } catch { print("left behind: \(url.path)") }
    }

    func path(_ name: String) -> String { url.appending(path: name).path }
}
