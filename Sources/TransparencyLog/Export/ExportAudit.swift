internal import Foundation

/// The rules of an export's records, as they come one after another.
struct ExportAudit {
    private var report: ExportReport
    /// The commit whose events are coming, and its root so far.
    private var commit: (ExportedCommit, root: CommitRoot)?
    private var frontier: MerkleFrontier
    private var chain: [UInt8]
    private var time = Int64.min
    /// The last version of each stream.
    private var versions: [UUID: Int64] = [:]
    /// Heads that were kept and are still ahead, the smallest last.
    private var kept: [TreeHead]

    init(_ manifest: ExportManifest, head: SignedTreeHead, kept: [SignedTreeHead]) throws(ExportFault) {
        guard manifest.first >= 1, manifest.chain.count == MerkleTree.hashSize,
            let frontier = MerkleFrontier(size: manifest.first - 1, peaks: manifest.peaks),
            manifest.first > 1 || manifest.chain == ChainLink.origin(of: manifest.partition)
        else { throw ExportFault(.manifestContradicts, file: ExportManifest.file) }
        self.frontier = frontier
        chain = manifest.chain
        report = ExportReport(manifest: manifest, head: head)
        self.kept = kept.map(\.head).sorted { $0.size > $1.size }
        for head in self.kept {
            // Of the empty log there is nothing to continue.
            guard head.log == manifest.log, head.partition == manifest.partition,
                head.size >= manifest.first - 1 || head.size == 0, head.size <= manifest.last
            else { throw ExportFault(.keptHeadOutside, position: head.size) }
        }
        while let head = self.kept.last, head.size == 0, manifest.first > 1 { self.kept.removeLast() }
        try compareKept()
    }

    /// The last event that came.
    var position: Int64 { frontier.size }

    mutating func add(_ record: ExportRecord) throws(ExportFault) {
        switch record {
        case .commit(let commit): try begin(commit)
        case .event(let event):
            guard event.position == position + 1 else { throw ExportFault(.eventOutOfPlace, position: position + 1) }
            try check(event)
            report.events += 1
            try append(event.leaf, CommitRoot.versionHash(of: event.event, version: event.version))
        case .leaf(let position, let leaf, let versionHash):
            guard position == self.position + 1 else {
                throw ExportFault(.eventOutOfPlace, position: self.position + 1)
            }
            report.leaves += 1
            try append(leaf, versionHash)
        }
    }

    consuming func end() throws(ExportFault) -> ExportReport {
        guard commit == nil else { throw ExportFault(.commitOutOfPlace, position: position) }
        let head = report.head.head
        guard frontier.root == head.root, chain == head.chain else {
            throw ExportFault(.signedHeadDiffers, position: position)
        }
        return report
    }

    private mutating func begin(_ commit: ExportedCommit) throws(ExportFault) {
        guard self.commit == nil, commit.link.first == position + 1, commit.link.last >= commit.link.first,
            commit.link.last <= report.manifest.last
        else {
            throw ExportFault(.commitOutOfPlace, position: position + 1)
        }
        guard commit.link.committedAt >= time else { throw ExportFault(.timeWentBack, position: position + 1) }
        time = commit.link.committedAt
        report.commits += 1
        report.times = (report.times?.lowerBound ?? time)...time
        self.commit = (commit, root: CommitRoot())
    }

    private mutating func check(_ event: ExportedEvent) throws(ExportFault) {
        guard event.leaf == event.expectedLeaf(of: report.manifest.tenant) else {
            throw ExportFault(.leafDiffers, position: event.position)
        }
        // A stream that is new here may have begun before the export, unless there is no before.
        let isNext = versions[event.stream].map { event.version == $0 &+ 1 }
        guard isNext ?? (report.manifest.first == 1 ? event.version == 1 : event.version >= 1) else {
            throw ExportFault(.versionOutOfOrder, position: event.position)
        }
        versions[event.stream] = event.version
    }

    private mutating func append(_ leaf: [UInt8], _ versionHash: [UInt8]) throws(ExportFault) {
        guard commit != nil else { throw ExportFault(.eventOutOfPlace, position: position + 1) }
        guard leaf.count == MerkleTree.hashSize, versionHash.count == MerkleTree.hashSize else {
            throw ExportFault(.leafDiffers, position: position + 1)
        }
        commit?.root.append(leaf: leaf, versionHash: versionHash)
        frontier.append(MerkleTree.leafHash(of: leaf))
        guard let (commit, root) = commit, commit.link.last == position else { return }
        let first = commit.link.first
        guard root.hash == commit.link.root else { throw ExportFault(.rootDiffers, position: first) }
        guard commit.link.hash(after: chain) == commit.hash else { throw ExportFault(.linkDiffers, position: first) }
        chain = commit.hash
        self.commit = nil
        try compareKept()
    }

    /// Compares what was kept of the log as large as it is now. A head that lies inside of a commit is none of this log.
    private mutating func compareKept() throws(ExportFault) {
        while let head = kept.last, head.size <= position {
            guard head.size == position, head.root == frontier.root, head.chain == chain else {
                throw ExportFault(.keptHeadDiffers, position: head.size)
            }
            kept.removeLast()
        }
    }
}
