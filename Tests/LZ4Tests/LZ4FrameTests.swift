import Foundation
import LZ4
import TestSupport
import Testing

struct LZ4FrameTests {
    private static let text = Array(String(repeating: "a log compresses well, ", count: 100_000).utf8)

    private static func random(_ count: Int) -> [UInt8] {
        var random = Seeded(7)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private func reason(_ frame: [UInt8], limit: Int = 1 << 30) -> LZ4Error.Reason? {
        #expect(throws: LZ4Error.self) { try LZ4Frame.decompress(frame, limit: limit) }?.reason
    }

    @Test func `what is packed is unpacked again`() throws {
        for bytes in [[], [1], Self.text, Self.random(1), Self.random(300_000)] {
            let frame = try LZ4Frame.compress(bytes)
            #expect(frame.starts(with: LZ4Frame.magic))
            let again = try LZ4Frame.decompress(frame, limit: bytes.count)
            #expect(again == bytes)
        }
    }

    @Test func `text gets smaller`() throws {
        #expect(try LZ4Frame.compress(Self.text).count < Self.text.count / 50)
    }

    @Test func `no flipped bit gives other bytes`() throws {
        let bytes = Self.random(200) + Self.random(200)
        let frame = try LZ4Frame.compress(bytes)
        var unnoticed = 0
        for place in frame.indices {
            for bit in 0..<8 {
                var changed = frame
                changed[place] ^= 1 << bit
                do throws(LZ4Error) {
                    #expect(try LZ4Frame.decompress(changed, limit: 1 << 30) == bytes, "bit \(bit) of byte \(place)")
                    unnoticed += 1
                } catch {
                    continue
                }
            }
        }
        // In the last token of a block, which has no match, four bits mean nothing.
        #expect(unnoticed <= 4)
    }

    @Test func `a frame cut off anywhere, or with something after it, is refused`() throws {
        let frame = try LZ4Frame.compress(Self.random(1000))
        for count in 4..<frame.count { #expect(reason(Array(frame.prefix(count))) == .truncated) }
        #expect(reason(frame + [0]) == .damaged)
        #expect(reason(frame + frame) == .damaged)
    }

    @Test func `what is no frame is told as such`() {
        for bytes in [[], [4], Array("hello, this is text".utf8)] { #expect(reason(bytes) == .notAFrame) }
    }

    @Test func `no more is unpacked than allowed`() throws {
        let frame = try LZ4Frame.compress(Self.text)
        #expect(reason(frame, limit: Self.text.count - 1) == .tooLarge(limit: Self.text.count - 1))
    }

    @Test func `the program lz4 reads it, and we read what it writes`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lz4-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Nobody looks there any more.
        defer { try? FileManager.default.removeItem(at: folder) }
        let (ours, theirs) = (folder.appending(path: "ours.lz4"), folder.appending(path: "theirs.lz4"))
        try Data(LZ4Frame.compress(Self.text)).write(to: ours)

        try lz4("-d", ours.path, folder.appending(path: "text").path)
        #expect(try Data(contentsOf: folder.appending(path: "text")) == Data(Self.text))
        try lz4("-9", folder.appending(path: "text").path, theirs.path)
        let frame = [UInt8](try Data(contentsOf: theirs))
        #expect(try LZ4Frame.decompress(frame, limit: Self.text.count) == Self.text)
    }

    private func lz4(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["lz4", "-q"] + arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
