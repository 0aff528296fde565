package import Foundation

/// Signed heads, kept where the log is not, so that who rewrites the log cannot rewrite them too:
///
///     FOLDER/PARTITION/2026-11-23.heads      note, empty line, note, empty line, …
///
/// A file holds a partition's heads of one day (UTC), in order; over all files sizes never shrink. Whatever `append` has returned
/// from outlives a crash. Processes may append to one folder at the same time, and read meanwhile.
package struct HeadFolder: Sendable {
    package let path: String
    private let verifier: HeadVerifier

    /// - Parameter verifier: of the key that signs the heads; every head that is given out is checked.
    package init(path: String, verifier: HeadVerifier) {
        self.path = path
        self.verifier = verifier
    }

    /// Appends a head, durably.
    ///
    /// - Throws: `HeadFolderError.goesBack` for a head that does not go on from the latest: a smaller one, or another of its size.
    package func append(_ signed: SignedTreeHead, at time: Date = Date()) throws {
        precondition(signed.head.log == verifier.log, "a head of the log \(signed.head.log) has no place here")
        let folder = partitionFolder(signed.head.partition)
        try makeFolder(folder)
        let lock = try OpenFile(folder, O_RDONLY | O_DIRECTORY)
        try lock.lock()

        let files = try files(of: signed.head.partition)
        if let latest = try latest(in: files) {
            let head = signed.head
            guard head.size > latest.head.size || head == latest.head else {
                throw HeadFolderError.goesBack(to: head, from: latest.head)
            }
        }
        let today = HeadFile(path: "\(folder)/\(time.formatted(.iso8601.year().month().day()))\(HeadFile.suffix)")
        // A clock that was set back must not bring heads into an earlier file.
        let file = files.last.flatMap { $0.path > today.path ? $0 : nil } ?? today
        try file.append(signed.note)
        if file != files.last { try lock.sync() }
    }

    /// The latest head of a partition; nil if there is none.
    package func latest(of partition: Int32) throws -> SignedTreeHead? { try latest(in: files(of: partition)) }

    /// The first head of a partition whose tree has at least `size` entries.
    package func first(of partition: Int32, covering size: Int64) throws -> SignedTreeHead? {
        for file in try files(of: partition) {
            guard let last = try file.tail().note, try TreeHead(unverified: last).size >= size else { continue }
            var notes = HeadFileReader(file)
            while let note = try notes.next() {
                if try TreeHead(unverified: note).size >= size { return try verifier.open(note) }
            }
        }
        return nil
    }

    /// All heads of a partition, in order.
    package func heads(of partition: Int32) throws -> HeadReader {
        HeadReader(files: try files(of: partition), verifier: verifier)
    }

    private func latest(in files: [HeadFile]) throws -> SignedTreeHead? {
        for file in files.reversed() {
            if let note = try file.tail().note { return try verifier.open(note) }
        }
        return nil
    }

    private func partitionFolder(_ partition: Int32) -> String { "\(path)/\(partition)" }

    /// Oldest first.
    private func files(of partition: Int32) throws -> [HeadFile] {
        let folder = partitionFolder(partition)
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(HeadFile.suffix) }
            .sorted()
            .map { HeadFile(path: "\(folder)/\($0)") }
    }

    private func makeFolder(_ folder: String) throws {
        guard !FileManager.default.fileExists(atPath: folder) else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try OpenFile(path, O_RDONLY | O_DIRECTORY).sync()
    }
}

extension TreeHead {
    /// To find a head by its size before its signature is checked.
    fileprivate init(unverified note: String) throws(NoteError) {
        try self.init(parsing: SignedNote(parsing: note).text)
    }
}
