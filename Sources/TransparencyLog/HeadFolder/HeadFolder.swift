package import Foundation

/// Signed heads, kept where the log is not, so that who rewrites the log cannot rewrite them too:
///
///     FOLDER/PARTITION/2026-11-23.heads      note, empty line, note, empty line, …
///
/// A file holds a partition's heads of one day (UTC), in order; over all files sizes never shrink. Whatever `append` has returned
/// from outlives a crash. Processes may append to one folder at the same time, and read meanwhile; on several machines if the
/// folder is mounted by NFS 4, whose locks hold for all of them.
package struct HeadFolder: Sendable {
    package let path: String
    package let verifier: HeadVerifier

    /// - Parameter verifier: of the key that signs the heads; every head that is given out is checked.
    package init(path: String, verifier: HeadVerifier) {
        self.path = path
        self.verifier = verifier
    }

    /// Appends a head, durably.
    ///
    /// - Parameter checked: the latest head, from which the new one was found to go on; nil if there was none.
    /// - Throws: `HeadFolderError.movedOn` if somebody else has appended since; `NoteError` for a head that `latest` would not
    ///   give out again; `HeadFolderError.goesBack` for one that is smaller than the latest, or another of its size.
    package func append(_ signed: SignedTreeHead, after checked: SignedTreeHead?, at time: Date = Date()) throws {
        guard try verifier.open(signed.note) == signed else {
            throw NoteError.malformedHead("it is not what its note says")
        }
        let head = signed.head
        let folder = partitionFolder(head.partition)
        try makeFolder(folder)
        // A file, since a folder's lock holds on one machine alone where the folder is a network's: there the lock of a file that
        // is open for writing is kept by the server.
        let lock = try OpenFile("\(folder)/lock", O_RDWR | O_CREAT)
        try lock.lock()

        let files = try files(of: head.partition)
        let latest = try latest(in: files)
        guard latest?.head == checked?.head else { throw HeadFolderError.movedOn }
        if let latest {
            guard head.size > latest.head.size || head == latest.head else {
                throw HeadFolderError.goesBack(to: head, from: latest.head)
            }
        }
        let today = HeadFile(path: "\(folder)/\(time.formatted(.iso8601.year().month().day()))\(HeadFile.suffix)")
        // A clock that was set back must not bring heads into an earlier file.
        let file = files.last.flatMap { $0.path > today.path ? $0 : nil } ?? today
        try file.append(signed.note)
        if file != files.last { try OpenFile(folder, O_RDONLY | O_DIRECTORY).sync() }
    }

    /// The latest head of a partition; nil if there is none.
    package func latest(of partition: Int32) throws -> SignedTreeHead? { try latest(in: files(of: partition)) }

    /// The first head of a partition whose tree has at least `size` entries.
    package func first(of partition: Int32, covering size: Int64) throws -> SignedTreeHead? {
        let files = try files(of: partition)
        // Sizes never shrink, so halving finds the first file that reaches the size; one with a torn note alone is passed over.
        var (low, high) = (0, files.count)
        while low < high {
            var middle = (low + high) / 2
            var last = try files[middle].tail().note
            while last == nil, middle > low {
                middle -= 1
                last = try files[middle].tail().note
            }
            if let last, try TreeHead(unverified: last).size >= size {
                high = middle
            } else {
                low = (low + high) / 2 + 1
            }
        }
        guard low < files.count else { return nil }
        return try files[low].first { (note) throws(NoteError) in try TreeHead(unverified: note).size >= size }
            .map { try verifier.open($0) }
    }

    /// All heads of a partition that are kept now, in order: none that come while they are read.
    package func heads(of partition: Int32) throws -> HeadReader {
        let files = try files(of: partition)
        return HeadReader(files: files, end: try files.last?.tail().end ?? 0, verifier: verifier)
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
