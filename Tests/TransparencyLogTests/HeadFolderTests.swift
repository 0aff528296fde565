import Dispatch
import Foundation
import Testing

@testable import TransparencyLog

struct HeadFolderTests {
    private let signer: HeadSigner
    private let temporary: TemporaryFolder
    private let folder: HeadFolder

    init() throws {
        signer = try HeadSigner(newKeyFor: "example.com/daybook")
        temporary = try TemporaryFolder()
        folder = HeadFolder(
            path: "\(temporary.path)/heads",
            verifier: try HeadVerifier(publicKey: signer.publicKey)
        )
    }

    private func head(_ size: Int64, of partition: Int32 = 0, root: String = "root") throws -> SignedTreeHead {
        try signer.sign(
            partition: partition,
            size: size,
            root: MerkleTree.leafHash(of: Array(root.utf8)),
            chain: MerkleTree.leafHash(of: Array("chain".utf8))
        )
    }

    private func append(_ head: SignedTreeHead, at time: Date = Date()) throws {
        try folder.append(head, after: try folder.latest(of: head.head.partition), at: time)
    }

    private func sizes(of partition: Int32 = 0) throws -> [Int64] {
        var heads = try folder.heads(of: partition)
        var sizes: [Int64] = []
        while let signed = try heads.next() { sizes.append(signed.head.size) }
        return sizes
    }

    private static let day = Date(timeIntervalSince1970: 1_700_000_000)

    private func file(_ day: String = "2023-11-14") -> String { "\(folder.path)/0/\(day).heads" }

    private func bytes() throws -> Data { try #require(FileManager.default.contents(atPath: file())) }

    @Test func `heads come back in order, a partition by itself, over days`() throws {
        #expect(try folder.latest(of: 0) == nil)
        #expect(try sizes().isEmpty)
        for size: Int64 in 1...5 {
            try append(head(size * 10), at: Self.day + Double(size) * 40_000)
            try append(head(size * 7, of: 1), at: Self.day)
        }
        #expect(try sizes() == [10, 20, 30, 40, 50])
        #expect(try sizes(of: 1) == [7, 14, 21, 28, 35])
        #expect(try folder.latest(of: 0) == head(50))
        #expect(try folder.latest(of: 2) == nil)
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/0").sorted()
        #expect(files == ["2023-11-15.heads", "2023-11-16.heads", "2023-11-17.heads", "lock"])
    }

    @Test func `the first head that covers a size is found`() throws {
        for size: Int64 in 1...6 { try append(head(size * 10), at: Self.day + Double(size) * 40_000) }
        for (size, expected): (Int64, Int64?) in [(0, 10), (10, 10), (11, 20), (35, 40), (60, 60), (61, nil)] {
            #expect(try folder.first(of: 0, covering: size)?.head.size == expected)
        }
    }

    @Test func `the first of many heads that covers a size is found without a look at most of them`() throws {
        try append(head(3), at: Self.day)
        let notes = try (1...1_000).map { try Data((head(Int64($0) * 3).note + "\n").utf8) }
        try notes.reduce(Data(), +).write(to: URL(filePath: file()))
        for size: Int64 in [0, 1, 3, 4, 299, 300, 301, 1_499, 1_500, 1_501, 2_996, 2_998, 3_000] {
            #expect(try folder.first(of: 0, covering: size)?.head.size == max(3, (size + 2) / 3 * 3), "\(size)")
        }
        #expect(try folder.first(of: 0, covering: 3_001) == nil)
        // Nobody reads what lies far from it: here are no heads any more.
        var damaged = notes
        for index in [5, 300, 900] { damaged[index] = Data("x\n\n— y\n\n".utf8) }
        try damaged.reduce(Data(), +).write(to: URL(filePath: file()))
        #expect(try folder.first(of: 0, covering: 1_800)?.head.size == 1_800)
        #expect(throws: NoteError.self) { try sizes() }
    }

    @Test func `the first head that covers a size is found beyond files that hold none`() throws {
        for size: Int64 in 1...6 { try append(head(size * 10), at: Self.day + Double(size) * 86_400) }
        for day in ["2023-11-14", "2023-11-16", "2023-11-18", "2023-11-21"] {
            try Data("example.com/daybook/0\n1".utf8).write(to: URL(filePath: file(day)))
        }
        for (size, expected): (Int64, Int64?) in [(0, 10), (10, 10), (11, 30), (35, 50), (60, 60), (61, nil)] {
            #expect(try folder.first(of: 0, covering: size)?.head.size == expected)
        }
    }

    @Test func `a head that goes back is refused, the same one is not`() throws {
        try append(head(10))
        try append(head(10))
        for wrong in [try head(9), try head(10, root: "other")] {
            #expect(throws: HeadFolderError.self) { try append(wrong) }
        }
        #expect(try sizes() == [10, 10])
    }

    @Test func `a head is appended only behind the one that it was compared with`() throws {
        try append(head(10))
        try append(head(20))
        for checked in [nil, try head(10), try head(20, root: "other")] {
            #expect(throws: HeadFolderError.movedOn) { try folder.append(head(30), after: checked) }
        }
        #expect(throws: HeadFolderError.movedOn) { try folder.append(head(30, of: 1), after: head(20)) }
        #expect(try sizes() == [10, 20])
        try folder.append(head(30), after: head(20))
        #expect(try sizes() == [10, 20, 30])
    }

    @Test func `a head that the folder's key has not signed, or of another log, is not taken`() throws {
        try append(head(10))
        let (root, chain) = (MerkleTree.emptyRoot, MerkleTree.emptyRoot)
        for stranger in ["example.com/daybook", "example.com/other"] {
            let other = try HeadSigner(newKeyFor: stranger).sign(partition: 0, size: 20, root: root, chain: chain)
            #expect(throws: NoteError.self) { try append(other) }
        }
        let mixed = SignedTreeHead(head: try head(30).head, note: try head(20).note)
        #expect(throws: NoteError.self) { try append(mixed) }
        #expect(try sizes() == [10])
        #expect(try folder.latest(of: 0) == head(10))
    }

    @Test func `a reader gives what was kept when it was made`() throws {
        for size: Int64 in 1...3 { try append(head(size), at: Self.day) }
        var heads = try folder.heads(of: 0)
        try append(head(4), at: Self.day)
        try append(head(5), at: Self.day + 86_400)
        var sizes: [Int64] = []
        while let signed = try heads.next() { sizes.append(signed.head.size) }
        #expect(sizes == [1, 2, 3])
    }

    @Test(.timeLimit(.minutes(20)))
    func `another process that is in the middle of a note is waited for`() async throws {
        try append(head(10), at: Self.day)
        let note = temporary.path + "/note"
        try (head(20).note + "\n").write(toFile: note, atomically: true, encoding: .utf8)
        let (halfway, goOn) = (temporary.path + "/halfway", temporary.path + "/go-on")
        let writer = Process()
        writer.executableURL = URL(filePath: "/usr/bin/env")
        writer.arguments = ["python3", "-c", Self.writer, "\(folder.path)/0/lock", file(), note, halfway, goOn]
        try writer.run()
        defer { writer.terminate() }
        try await Self.wait { FileManager.default.fileExists(atPath: halfway) }

        let (folder, checked, next) = (folder, try head(10), try head(30))
        let appended = Task.detached {
            await withCheckedContinuation { continuation in
                // A thread of its own, since it waits for the lock.
                Thread.detachNewThread {
                    continuation.resume(
                        returning: Result { try folder.append(next, after: checked, at: HeadFolderTests.day) }
                    )
                }
            }
        }
        // The kernel lists who waits for a lock behind an arrow.
        try await Self.wait {
            let locks = try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n")
            return locks.contains { $0.contains("->") && $0.contains(" \(getpid()) ") }
        }
        try Data().write(to: URL(filePath: goOn))
        let result = await appended.value
        #expect(throws: HeadFolderError.movedOn) { try result.get() }
        try append(next, at: Self.day)
        #expect(try sizes() == [10, 20, 30])
    }

    /// Appends a note in two halves, under the lock.
    private static let writer = """
        import fcntl, os, sys, time
        lock, file, note, halfway, go_on = sys.argv[1:]
        held = open(lock, "r+")
        fcntl.flock(held, fcntl.LOCK_EX)
        note = open(note, "rb").read()
        heads = open(file, "ab", buffering=0)
        heads.write(note[:100])
        open(halfway, "w").close()
        while not os.path.exists(go_on): time.sleep(0.01)
        heads.write(note[100:])
        """

    private static func wait(until isSo: () throws -> Bool) async throws {
        while try !isSo() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func `a clock that was set back does not change the order`() throws {
        try append(head(10), at: Self.day)
        try append(head(20), at: Self.day - 200_000)
        #expect(try sizes() == [10, 20])
    }

    @Test func `a note torn anywhere is ignored, and cut off by the next append`() throws {
        try append(head(10), at: Self.day)
        let whole = try bytes()
        let next = Data((try head(20).note + "\n").utf8)
        // The last byte is the empty line that tells a whole note.
        for count in 0..<next.count {
            for torn in [next.prefix(count), next.prefix(count) + Data(count: 100)] {
                try (whole + torn).write(to: URL(filePath: file()))
                #expect(try folder.latest(of: 0)?.head.size == 10)
                #expect(try sizes() == [10])
                #expect(try folder.first(of: 0, covering: 11) == nil)
                try append(head(20), at: Self.day)
                #expect(try bytes() == whole + next)
            }
        }
    }

    @Test func `a file that begins with a torn note is begun anew`() throws {
        try append(head(10), at: Self.day - 86_400)
        try Data("example.com/daybook/0\n1".utf8).write(to: URL(filePath: file()))
        #expect(try folder.latest(of: 0)?.head.size == 10)
        try append(head(20), at: Self.day)
        #expect(try sizes() == [10, 20])
    }

    @Test func `every byte that is changed in a kept head is noticed`() throws {
        for size: Int64 in [10, 20] { try append(head(size), at: Self.day) }
        let whole = try bytes()
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x01
            try changed.write(to: URL(filePath: file()))
            let read = Result { try sizes() }
            #expect((try? read.get()) != [10, 20], "byte \(place)")
        }
    }

    @Test func `a file that is no longer one of notes is damaged, and not taken for a torn note`() throws {
        try append(head(10), at: Self.day)
        let whole = try bytes()
        try append(head(20), at: Self.day + 86_400)
        try (whole + Data(repeating: 0x78, count: 600_000)).write(to: URL(filePath: file()))
        #expect(throws: HeadFolderError.damaged(path: file())) { try sizes() }
    }

    @Test func `a note that was whole once is never taken for a torn one`() throws {
        for size: Int64 in [10, 20] { try append(head(size), at: Self.day) }
        let whole = try bytes()
        let dash = try #require(whole.range(of: Data("—".utf8), options: .backwards))
        var changed = whole
        changed[dash.lowerBound] ^= 0x01
        try changed.write(to: URL(filePath: file()))
        #expect(throws: HeadFolderError.damaged(path: file())) { try folder.latest(of: 0) }
        #expect(throws: HeadFolderError.damaged(path: file())) { try append(head(30), at: Self.day) }
        #expect(try bytes() == changed)
    }

    @Test func `the latest of many heads is found from the end`() throws {
        for size: Int64 in 1...300 { try append(head(size), at: Self.day) }
        #expect(try folder.latest(of: 0)?.head.size == 300)
        #expect(try folder.first(of: 0, covering: 299)?.head.size == 299)
        #expect(try sizes() == Array(1...300))
    }

    @Test func `writers at the same time do not mix their heads`() async throws {
        let heads = try (0..<200).map { try head(Int64($0) + 1) }
        let folder = folder
        // Threads, since each waits for the others' locks.
        let refused = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int, any Error>) in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Self.append(heads, to: folder, writers: 4) })
            }
        }
        let kept = try sizes()
        #expect(kept == kept.sorted())
        #expect(Set(kept).count == kept.count)
        #expect(kept.count + refused == heads.count)
        #expect(kept.last == 200)
    }

    /// Appends each head by one of the writers; gives how many came too late.
    private static func append(_ heads: [SignedTreeHead], to folder: HeadFolder, writers: Int) throws -> Int {
        let results = Results()
        DispatchQueue.concurrentPerform(iterations: writers) { writer in
            for index in stride(from: writer, to: heads.count, by: writers) {
                results.add(Result { try append(heads[index], to: folder) })
            }
        }
        return try results.refusals()
    }

    /// As a keeper does: whoever was overtaken looks again.
    private static func append(_ head: SignedTreeHead, to folder: HeadFolder) throws {
        while true {
            do {
                return try folder.append(head, after: try folder.latest(of: 0), at: day)
            } catch HeadFolderError.movedOn {}
        }
    }

    private final class Results: @unchecked Sendable {
        // Guarded by the lock.
        private var all: [Result<Void, any Error>] = []
        private let lock = NSLock()

        func add(_ result: Result<Void, any Error>) { lock.withLock { all.append(result) } }

        func refusals() throws -> Int {
            try lock.withLock {
                try all.count { result in
                    do {
                        try result.get()
                        return false
                    } catch HeadFolderError.goesBack {
                        return true
                    }
                }
            }
        }
    }
}
