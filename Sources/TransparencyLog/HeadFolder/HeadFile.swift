internal import Foundation

/// A file of notes, each followed by an empty line. A crash in mid-write leaves a piece of a note at the end: it is not given
/// out, and the next append cuts it off.
struct HeadFile: Hashable {
    static let suffix = ".heads"

    let path: String

    /// The last whole note, and where it ends.
    func tail() throws(HeadFolderError) -> (note: String?, end: Int) {
        try tail(of: OpenFile(path, O_RDONLY))
    }

    /// The first note that is `late`, as are all behind it.
    func first(where isLate: (String) throws(NoteError) -> Bool) throws -> String? {
        let end = try tail().end
        let start = try startOfLate(before: end, isLate)
        var notes = HeadFileReader(self, from: start, end: end)
        while let note = try notes.next() { if try isLate(note) { return note } }
        return nil
    }

    /// Where a note begins before which none is late, and behind which the first late one is near, by halving.
    private func startOfLate(before end: Int, _ isLate: (String) throws(NoteError) -> Bool) throws -> Int {
        var (low, high) = (0, end)
        while high - low > Self.near {
            let middle = low + (high - low) / 2
            guard let (note, range) = try note(from: middle, before: high) else {
                high = middle
                continue
            }
            if try isLate(note) { high = middle } else { low = range.upperBound }
        }
        return low
    }

    /// Looking any closer costs a read more than reading on.
    private static let near = 16 * 1024

    /// The first note that begins at an offset or behind it, before `end`, and where it lies.
    private func note(from offset: Int, before end: Int) throws(HeadFolderError) -> (String, Range<Int>)? {
        let file = try OpenFile(path, O_RDONLY)
        // With the empty line before a note that begins right there.
        let start = offset - 2
        var window = 4096
        while true {
            let bytes = try file.read(at: start, count: min(window, end - start))
            let blocks = NoteBlocks.whole(in: bytes[...])
            // The first is a piece; behind it stands a text or the signatures of the one before.
            if let text = blocks.indices.dropFirst().first(where: { !NoteBlocks.areSignatures(bytes[blocks[$0]]) }),
                text + 1 < blocks.count
            {
                let note = blocks[text].lowerBound..<blocks[text + 1].upperBound + 2
                return (
                    String(decoding: bytes[note.dropLast()], as: UTF8.self),
                    start + note.lowerBound..<start + note.upperBound
                )
            }
            if start + bytes.count >= end { return nil }
            window *= 8
        }
    }

    /// The caller holds the lock.
    func append(_ note: String) throws(HeadFolderError) {
        let file = try OpenFile(path, O_RDWR | O_CREAT)
        let end = try tail(of: file).end
        if try file.size > end { try file.truncate(to: end) }
        do throws(HeadFolderError) {
            try file.write(Array((note + "\n").utf8), at: end)
            try file.sync()
        } catch {
            // Of a note that was not kept nothing stays; where even that fails it is cut off later.
            try? file.truncate(to: end)
            throw error
        }
    }

    private func tail(of file: borrowing OpenFile) throws(HeadFolderError) -> (note: String?, end: Int) {
        let size = try file.size
        var window = 4096
        while true {
            let start = max(0, size - window)
            let bytes = try file.read(at: start, count: size - start)
            let blocks = NoteBlocks.whole(in: bytes[...])
            let last = blocks.lastIndex { NoteBlocks.areSignatures(bytes[$0]) }
            // Before its signatures stands a note's text, whole unless it is what the window begins with.
            if let last, last > (start == 0 ? 0 : 1) {
                guard blocks.count - last <= 2 else { throw .damaged(path: path) }
                let note = bytes[blocks[last - 1].lowerBound...blocks[last].upperBound]
                return (String(decoding: note, as: UTF8.self), start + blocks[last].upperBound + 2)
            }
            if start == 0 {
                // A torn note has its text at most.
                guard blocks.count <= 1 else { throw .damaged(path: path) }
                return (nil, 0)
            }
            window *= 8
        }
    }
}

/// Notes as they lie in a file: blocks with an empty line after each, the text of a note and its signatures in turn.
enum NoteBlocks {
    /// The blocks that have their empty line, without it.
    static func whole(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var start = bytes.startIndex
        while let end = end(in: bytes[start...]) {
            blocks.append(start..<end)
            start = end + 2
        }
        return blocks
    }

    /// Where the first block ends.
    static func end(in bytes: ArraySlice<UInt8>) -> Int? {
        var place = bytes.startIndex
        while let newline = bytes[place...].firstIndex(of: 0x0A), newline + 1 < bytes.endIndex {
            if bytes[newline + 1] == 0x0A { return newline }
            place = newline + 1
        }
        return nil
    }

    static func areSignatures(_ block: ArraySlice<UInt8>) -> Bool { block.starts(with: "— ".utf8) }
}
