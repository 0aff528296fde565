internal import Foundation

/// Gives heads one after another, of which a year may have millions:
///
///     var heads = try folder.heads(of: 0)
///     while let signed = try heads.next() { … }
package struct HeadReader {
    private var files: ArraySlice<HeadFile>
    /// Where the last file ended.
    private let end: Int
    private var reader: HeadFileReader?
    private let verifier: HeadVerifier

    init(files: [HeadFile], end: Int, verifier: HeadVerifier) {
        self.files = files[...]
        self.end = end
        self.verifier = verifier
    }

    package mutating func next() throws -> SignedTreeHead? {
        while true {
            if let note = try reader?.next() { return try verifier.open(note) }
            guard let file = files.popFirst() else { return nil }
            reader = HeadFileReader(file, end: files.isEmpty ? end : .max)
        }
    }
}

/// Gives the notes of one file.
struct HeadFileReader {
    private static let chunk = 64 * 1024
    /// No note is as long, even with the signatures of many witnesses.
    private static let noteLimit = 256 * 1024

    private let file: HeadFile
    private var buffer: ArraySlice<UInt8> = []
    /// Where the buffer ends in the file.
    private var offset: Int
    private let end: Int

    /// - Parameters:
    ///   - offset: where a note begins.
    ///   - end: where one ends; what comes after it is not read.
    init(_ file: HeadFile, from offset: Int = 0, end: Int = .max) {
        self.file = file
        self.offset = offset
        self.end = end
    }

    mutating func next() throws(HeadFolderError) -> String? {
        while true {
            if let text = NoteBlocks.end(in: buffer), let signatures = NoteBlocks.end(in: buffer[(text + 2)...]) {
                defer { buffer = buffer[(signatures + 2)...] }
                return String(decoding: buffer[buffer.startIndex...signatures], as: UTF8.self)
            }
            let bytes = try OpenFile(file.path, O_RDONLY).read(at: offset, count: min(Self.chunk, end - offset))
            // What is left in the buffer is a torn note.
            if bytes.isEmpty { return nil }
            guard buffer.count < Self.noteLimit else { throw .damaged(path: file.path) }
            offset += bytes.count
            buffer = (Array(buffer) + bytes)[...]
        }
    }
}
