/// What a partition's log was at a moment: its size, its tree's root, and the hash of its last commit's link, which covers the
/// times of all commits. As a text it is a C2SP tlog-checkpoint with one extension line:
///
///     example.com/daybook/3                                   name of the log / partition
///     20852163                                                size
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=            root
///     chain 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=      hash of the last link
package struct TreeHead: Hashable, Sendable {
    /// The log's name, which is also that of the key that signs.
    package let log: String
    package let partition: Int32
    package let size: Int64
    package let root: [UInt8]
    package let chain: [UInt8]

    package init(log: String, partition: Int32, size: Int64, root: [UInt8], chain: [UInt8]) {
        self.log = log
        self.partition = partition
        self.size = size
        self.root = root
        self.chain = chain
    }

    package var origin: String { "\(log)/\(partition)" }

    /// The lines that are signed.
    package var text: String { "\(origin)\n\(size)\n\(root.base64)\nchain \(chain.base64)\n" }

    /// The largest size is none, so that there is a next position behind every head.
    init(parsing text: String) throws(NoteError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, let slash = lines[0].lastIndex(of: "/"),
            let partition = Int32(lines[0][slash...].dropFirst()), let size = Int64(lines[1]), size >= 0, size < .max
        else { throw .malformedHead("origin, size, root and chain are expected, a line each") }
        guard let root = [UInt8](base64: lines[2]), root.count == MerkleTree.hashSize,
            let chain = [UInt8](base64: lines[3].dropFirst("chain ".count)), chain.count == MerkleTree.hashSize
        else { throw .malformedHead("its root or chain is no hash") }
        self.init(log: String(lines[0][..<slash]), partition: partition, size: size, root: root, chain: chain)
        // One spelling only: no plus sign, no leading zero, no other words. Byte by byte, since to Swift some different characters
        // are equal.
        guard self.text.utf8.elementsEqual(text.utf8) else { throw .malformedHead("it is not spelled as heads are") }
    }
}
