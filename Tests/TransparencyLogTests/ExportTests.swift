import Foundation
import LZ4
import TestSupport
import Testing

@testable import TransparencyLog

struct ExportTests {
    private let temporary: TemporaryFolder
    private let signer: HeadSigner
    private let verifier: ExportVerifier

    init() throws {
        temporary = try TemporaryFolder()
        signer = try HeadSigner(newKeyFor: "example.com/daybook")
        verifier = ExportVerifier(try HeadVerifier(publicKey: signer.publicKey))
    }

    private func folder(_ name: String = "export") -> String { "\(temporary.path)/\(name)" }

    private func log(_ commits: Int = 40, seed: UInt64 = 1) -> GeneratedLog {
        GeneratedLog(seed: seed, commits: commits, signer: signer)
    }

    /// What is found wrong with the export; nil if nothing is.
    private func fault(
        _ name: String = "export",
        of tenant: UUID? = nil,
        from position: Int64 = 1,
        against kept: [SignedTreeHead] = []
    ) -> ExportFault? {
        do throws(ExportFault) {
            _ = try verifier.verify(folder(name), of: tenant, from: position, against: kept)
            return nil
        } catch {
            return error
        }
    }

    // MARK: What is whole

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `an export of random commits is whole, for each of its tenants, from any commit on`(seed: UInt64) throws {
        let log = log(seed: seed)
        for (index, tenant) in log.tenants.enumerated() {
            for first in log.commits.map(\.link.first) where first % 9 == 1 || first == log.commits.last?.link.first {
                let name = "\(index)-\(first)"
                try log.export(for: tenant, from: first, into: folder(name))
                let report = try verifier.verify(folder(name), of: tenant, from: first)
                #expect(report.manifest.first == first && report.manifest.last == log.size)
                #expect(report.head == (try log.head(at: log.size)))
                let covered = log.events.filter { $0.event.position >= first }
                #expect(report.events == covered.count { $0.tenant == tenant })
                #expect(report.leaves == covered.count { $0.tenant != tenant })
                #expect(report.commits == log.commits.count { $0.link.first >= first })
            }
        }
    }

    @Test func `a record reads as it was written, whatever bytes are in it`() {
        let log = log(100)
        for record in log.records(for: log.tenants[0]) { #expect(ExportRecord(line: record.line) == record) }
    }

    @Test func `a line has one spelling`() throws {
        let line = #"{"leaf":{"position":8,"leaf":"AQID","version_hash":"BAUG"}}"#
        #expect(ExportRecord(line: line.utf8) == .leaf(position: 8, leaf: [1, 2, 3], versionHash: [4, 5, 6]))
        for other in [
            #"{"leaf":{"position":8,"leaf":"AQID","version_hash":"BAUG"} }"#,
            #"{"leaf":{"leaf":"AQID","position":8,"version_hash":"BAUG"}}"#,
            #"{"leaf":{"position":8.0,"leaf":"AQID","version_hash":"BAUG"}}"#,
            #"{"leaf":{"position":8,"leaf":"AQID","version_hash":"BAUG","x":1}}"#,
            #"{"leaf":{"position":9,"position":8,"leaf":"AQID","version_hash":"BAUG"}}"#,
            #"{"leaf":{"position":8,"leaf":"\u0041QID","version_hash":"BAUG"}}"#,
            #"{"leaf":{"position":8,"leaf":"AQIDB","version_hash":"BAUG"}}"#,
            #"{"leaf":{"position":8,"leaf":"AQID"}}"#, #"{"leaf":{"position":8}}"#, #"{}"#, #"[]"#, "",
        ] {
            #expect(ExportRecord(line: other.utf8) == nil, "\(other)")
        }
    }

    @Test func `text is exported as text`() throws {
        let event = try #require(log().events.first { $0.event.payload.starts(with: "{".utf8) }).event
        let line = String(decoding: ExportRecord.event(event).line, as: UTF8.self)
        #expect(line.contains(#""metadata":"{\"actor\":\"ada\"}""#))
        #expect(line.contains(#"日本 🎉"#))
    }

    @Test func `a segment ends with the event that fills it`() throws {
        let log = log(100)
        let manifest = try log.export(
            for: log.tenants[0],
            segmentSize: ExportWriter.SegmentSize(positions: 100),
            into: folder()
        )
        #expect(manifest.segments.map(\.first) == Array(stride(from: 1, through: log.size, by: 100)))
        #expect(manifest.segments.last?.last == log.size)
        #expect(try verifier.verify(folder()).commits == 100)
    }

    @Test func `large events fill a segment sooner`() throws {
        let log = log(100)
        let manifest = try log.export(
            for: log.tenants[0],
            segmentSize: ExportWriter.SegmentSize(bytes: 5_000),
            into: folder()
        )
        #expect(manifest.segments.count > 5)
        #expect(manifest.segments.dropLast().allSatisfy { (5_000..<6_000).contains($0.size) })
        #expect(fault() == nil)
    }

    @Test func `nothing is written into a folder that has something in it`() throws {
        let log = log(3)
        try log.export(for: log.tenants[0], into: folder())
        #expect(throws: ExportFolderNotEmpty.self) { try log.export(for: log.tenants[0], into: folder()) }
        #expect(fault() == nil)
    }

    // MARK: What was changed afterwards

    @Test func `a changed byte anywhere is found`() throws {
        let log = log(4)
        try log.export(for: log.tenants[0], into: folder())
        let files = try FileManager.default.contentsOfDirectory(atPath: folder()).sorted()
        #expect(files == ["head.note", "log.pub", "manifest.json", "segment-000001.jsonl.lz4"])
        for file in files {
            let url = URL(filePath: "\(folder())/\(file)")
            let whole = try Data(contentsOf: url)
            for place in whole.indices {
                var changed = whole
                changed[place] ^= 1 << (place % 8)
                try changed.write(to: url)
                #expect(fault() != nil, "byte \(place) of \(file)")
            }
            for changed in [whole.dropLast(), whole + [0x0A], Data()] {
                try changed.write(to: url)
                #expect(fault()?.file == file)
            }
            try FileManager.default.removeItem(at: url)
            #expect(fault() == ExportFault(.unreadable, file: file))
            try whole.write(to: url)
        }
        #expect(fault() == nil)
    }

    /// Who changes records also packs them anew and makes a manifest that fits.
    @Test func `tampering with records is found where it begins`() throws {
        let log = log(30)
        let tenant = log.tenants[0]
        let whole = log.records(for: tenant)
        let large = try #require(log.commits.dropFirst(4).first { $0.link.last - $0.link.first >= 2 }).link
        let commit = try #require(whole.firstIndex { if case .commit(let it) = $0 { it.link == large } else { false } })
        let event = try #require(whole.lastIndex { if case .event = $0 { true } else { false } })
        let leaf = try #require(whole.lastIndex { if case .leaf = $0 { true } else { false } })
        guard case .event(let row) = whole[event], case .leaf(let position, let hash, let versionHash) = whole[leaf]
        else {
            return
        }
        let owner = try #require(log.commits.last { $0.link.first <= row.position }).link
        let leafOwner = try #require(log.commits.last { $0.link.first <= position }).link
        let (changed, changedVersion) = (hash.flipped(at: 7), versionHash.flipped(at: 7))

        func expect(
            _ reason: ExportFault.Reason,
            at position: Int64,
            _ change: (inout [ExportRecord]) -> Void,
            _ line: Int = #line
        ) throws {
            var records = whole
            change(&records)
            try log.export(for: tenant, records, into: folder("\(line)"))
            let found = fault("\(line)")
            #expect(
                found?.reason == reason && found?.position == position,
                "line \(line): \(String(describing: found))"
            )
        }

        // A dropped commit, with its events and without them.
        try expect(.commitOutOfPlace, at: large.first) { records in
            records.removeSubrange(commit...(commit + Int(large.last - large.first) + 1))
        }
        try expect(.eventOutOfPlace, at: large.first) { $0.remove(at: commit) }
        // Events in another order, as they are and with their positions exchanged.
        try expect(.eventOutOfPlace, at: large.first) { $0.swapAt(commit + 1, commit + 2) }
        try expect(.rootDiffers, at: large.first) { records in
            records.swapAt(commit + 1, commit + 2)
            records[commit + 1] = records[commit + 1].moved(to: large.first)
            records[commit + 2] = records[commit + 2].moved(to: large.first + 1)
        }
        // Two commits in another order.
        try expect(.commitOutOfPlace, at: large.first) { records in
            let count = Int(large.last - large.first) + 2
            let moved = Array(records[commit..<commit + count])
            records.removeSubrange(commit..<commit + count)
            let next = records[(commit + 1)...].firstIndex { if case .commit = $0 { true } else { false } }!
            records.insert(contentsOf: moved, at: next)
        }
        // A dropped event.
        try expect(.eventOutOfPlace, at: large.first) { $0.remove(at: commit + 1) }
        // One's own event changed, also with the leaf that it then has.
        try expect(.leafDiffers, at: row.position) { $0[event] = .event(row.with(payload: [0x68, 0x69])) }
        try expect(.rootDiffers, at: owner.first) { records in
            let changed = row.with(payload: [0x68, 0x69])
            records[event] = .event(changed.with(leaf: changed.expectedLeaf(of: tenant)))
        }
        try expect(.versionOutOfOrder, at: row.position) { $0[event] = .event(row.with(version: row.version + 1)) }
        // Somebody else's leaf.
        try expect(.rootDiffers, at: leafOwner.first) {
            $0[leaf] = .leaf(position: position, leaf: changed, versionHash: versionHash)
        }
        try expect(.rootDiffers, at: leafOwner.first) {
            $0[leaf] = .leaf(position: position, leaf: hash, versionHash: changedVersion)
        }
        try expect(.leafDiffers, at: position) {
            $0[leaf] = .leaf(position: position, leaf: hash + hash, versionHash: versionHash)
        }
        try expect(.leafDiffers, at: position) {
            $0[leaf] = .leaf(position: position, leaf: hash, versionHash: versionHash + versionHash)
        }
        // Another time of a commit.
        try expect(.linkDiffers, at: large.first) { records in
            guard case .commit(let it) = records[commit] else { return }
            let later = ChainLink(
                first: large.first,
                last: large.last,
                committedAt: large.committedAt + 1,
                root: large.root
            )
            records[commit] = .commit(ExportedCommit(link: later, hash: it.hash))
        }
        try expect(.timeWentBack, at: large.first) { records in
            guard case .commit(let it) = records[commit] else { return }
            let earlier = ChainLink(first: large.first, last: large.last, committedAt: 0, root: large.root)
            records[commit] = .commit(ExportedCommit(link: earlier, hash: it.hash))
        }
    }

    @Test func `an end that was cut off is found`() throws {
        let log = log(20)
        let last = log.commits[18].link.last
        let cut = log.records(for: log.tenants[0]).prefix { record in
            if case .commit(let commit) = record { commit.link.first <= last } else { true }
        }
        try log.export(for: log.tenants[0], Array(cut), into: folder())
        #expect(fault()?.reason == .manifestContradicts)
    }

    @Test func `one's own event that is hidden among those of others is found by the next one of its stream`() throws {
        let log = log(30)
        let tenant = log.tenants[0]
        var records = log.records(for: tenant)
        let own = log.events.filter { $0.tenant == tenant }.map(\.event)
        let hidden = own[0]
        let next = try #require(own.dropFirst().first { $0.stream == hidden.stream })
        let index = try #require(records.firstIndex(of: .event(hidden)))
        records[index] = hidden.hidden
        try log.export(for: tenant, records, into: folder())
        #expect(fault()?.reason == .versionOutOfOrder && fault()?.position == next.position)

        // Whoever counts the later ones anew changes what was committed.
        records = records.map { record in
            guard case .event(let event) = record, event.stream == hidden.stream else { return record }
            return .event(event.with(version: event.version - 1))
        }
        try log.export(for: tenant, records, into: folder("renumbered"))
        let commit = try #require(log.commits.last { $0.link.first <= next.position }).link
        #expect(fault("renumbered")?.reason == .rootDiffers && fault("renumbered")?.position == commit.first)
    }

    @Test func `an export with nothing in it is none`() throws {
        let log = log(10)
        try log.export(for: log.tenants[0], from: log.size + 1, [], into: folder())
        #expect(fault()?.reason == .manifestContradicts)
        #expect(fault(from: log.size + 1)?.reason == .manifestContradicts)
    }

    @Test func `an export has to be of the tenant and from the position that are asked for`() throws {
        let log = log(20)
        let first = log.commits[11].link.first
        try log.export(for: log.tenants[0], from: first, into: folder())
        #expect(fault(of: log.tenants[0], from: first) == nil)
        #expect(fault(of: log.tenants[0], from: log.size) == nil)
        #expect(fault(of: log.tenants[1], from: first) == ExportFault(.anotherTenant, file: "manifest.json"))
        for position in [1, first - 1] {
            #expect(fault(from: position) == ExportFault(.beginsLater, file: "manifest.json", position: first))
        }
        #expect(fault(from: log.size + 1) == ExportFault(.endsEarlier, file: "manifest.json", position: log.size))
    }

    // MARK: What is made to hurt

    @Test func `a file that is larger than any of an export is not read`() throws {
        let log = log(3)
        let manifest = try log.export(for: log.tenants[0], into: folder())
        let segment = "segment-000001.jsonl.lz4"
        let url = URL(filePath: "\(folder())/\(segment)")
        let whole = try Data(contentsOf: url)
        try (whole + Data(count: LZ4Frame.bound(of: manifest.segments[0].size))).write(to: url)
        #expect(fault() == ExportFault(.tooLarge, file: segment))
        try whole.write(to: url)
        for size in [64 << 20 + 1, Int.max, -1] {
            let part = manifest.segments[0]
            let claimed = ExportManifest.Segment(first: part.first, last: part.last, size: size, sha256: part.sha256)
            try manifest.with(claimed).write(to: URL(filePath: "\(folder())/manifest.json"))
            #expect(fault() == ExportFault(.tooLarge, file: segment, position: 1))
        }
    }

    @Test func `a head at the end of all numbers is none, and nothing goes beyond the one before it`() throws {
        let key = try HeadVerifier(publicKey: signer.publicKey)
        let (root, chain) = (MerkleTree.emptyRoot, MerkleTree.emptyRoot)
        let largest = try signer.sign(partition: GeneratedLog.partition, size: .max, root: root, chain: chain)
        #expect(throws: NoteError.self) { try key.open(largest.note) }

        // What the log's owner could sign: one event before the end, and more of them than fit behind it.
        let last = Int64.max - 1
        let tenant = log(1).tenants[0]
        let event = try #require(log(9).events.first { $0.tenant == tenant }).event
        var frontier = try #require(
            MerkleFrontier(
                size: last - 1,
                peaks: (0..<(last - 1).nonzeroBitCount).map { MerkleTree.leafHash(of: [UInt8($0)]) }
            )
        )
        let before = frontier
        frontier.append(MerkleTree.leafHash(of: event.leaf))
        var records: [ExportRecord] = []
        var hash = chain
        for position in [last, .max] {
            let link = ChainLink(first: position, last: position, committedAt: 0, root: GeneratedLog.root([event]))
            hash = link.hash(after: hash)
            records += [.commit(ExportedCommit(link: link, hash: hash)), event.hidden.moved(to: position)]
        }
        guard case .commit(let commit) = records[0] else { return }
        let head = try signer.sign(
            partition: GeneratedLog.partition,
            size: last,
            root: frontier.root,
            chain: commit.hash
        )
        var writer = try ExportWriter(
            folder: folder(),
            tenant: tenant,
            head: head,
            publicKey: signer.publicKey,
            after: before,
            chain: chain
        )
        for record in records.prefix(2) { try writer.add(record) }
        let manifest = try writer.finish()
        #expect(fault(from: last) == nil)

        var lines: [UInt8] = []
        for line in records.map(\.line) + [Array("no record".utf8)] { lines += line + [0x0A] }
        let packed = try LZ4Frame.compress(lines)
        try Data(packed).write(to: URL(filePath: "\(folder())/segment-000001.jsonl.lz4"))
        let segment = ExportManifest.Segment(first: last, last: last, size: lines.count, sha256: [])
        try manifest.with(segment).write(to: URL(filePath: "\(folder())/manifest.json"))
        #expect(fault(from: last)?.reason == .commitOutOfPlace)
    }

    @Test func `a log that was rewritten with its whole chain is not the one that was signed`() throws {
        let log = log(20)
        let rewritten = self.log(20, seed: 2)
        let head = try signer.sign(
            partition: GeneratedLog.partition,
            size: rewritten.size,
            root: log.frontier(at: log.size).root,
            chain: log.chain(at: log.size)
        )
        try rewritten.export(for: rewritten.tenants[0], head: head, into: folder())
        #expect(fault() == ExportFault(.signedHeadDiffers, position: rewritten.size))
    }

    @Test func `a head of another key is refused, whatever key comes with it`() throws {
        let forger = GeneratedLog(seed: 1, commits: 5, signer: try HeadSigner(newKeyFor: "example.com/daybook"))
        try forger.export(for: forger.tenants[0], into: folder())
        #expect(fault() == ExportFault(.otherKey, file: "log.pub"))
        try Data((signer.publicKey + "\n").utf8).write(to: URL(filePath: "\(folder())/log.pub"))
        #expect(fault() == ExportFault(.head(.unsigned(key: "example.com/daybook")), file: "head.note"))
    }

    @Test func `an edge of the tree before the export that is another one is found`() throws {
        let log = log(20)
        let first = log.commits[11].link.first
        let other = self.log(20, seed: 2)
        for (name, frontier, chain) in [
            ("peaks", other.frontier(at: first - 1), log.chain(at: first - 1)),
            ("chain", log.frontier(at: first - 1), other.chain(at: first - 1)),
        ] {
            var writer = try ExportWriter(
                folder: folder(name),
                tenant: log.tenants[0],
                head: try log.head(at: log.size),
                publicKey: signer.publicKey,
                after: frontier,
                chain: chain
            )
            for record in log.records(for: log.tenants[0], from: first) { try writer.add(record) }
            _ = try writer.finish()
        }
        #expect(fault("peaks", from: first) == ExportFault(.signedHeadDiffers, position: log.size))
        #expect(fault("chain", from: first)?.reason == .linkDiffers)
    }

    // MARK: Heads that were kept

    @Test func `an export continues every head that it covers`() throws {
        let log = log(20)
        let first = log.commits[10].link.first
        try log.export(for: log.tenants[0], from: first, into: folder())
        let kept = try log.commits.dropFirst(9).map { try log.head(at: $0.link.last) }
        #expect(fault(from: first, against: kept.shuffled()) == nil)
        #expect(fault(from: first, against: [try signer.empty()]) == nil)
    }

    @Test func `an export of a log that was rewritten does not continue a head that was kept`() throws {
        let log = log(20)
        let rewritten = self.log(20, seed: 2)
        try rewritten.export(for: rewritten.tenants[0], into: folder())
        #expect(fault() == nil)
        let size = log.commits[7].link.last
        let kept = try log.head(at: size)
        #expect(fault(against: [kept])?.reason == .keptHeadDiffers && fault(against: [kept])?.position == size)
        // Not even the chain alone, or a size at which no commit ends.
        let root = rewritten.frontier(at: size).root
        let other = try signer.sign(
            partition: GeneratedLog.partition,
            size: rewritten.commits[7].link.last,
            root: rewritten.frontier(at: rewritten.commits[7].link.last).root,
            chain: root
        )
        #expect(fault(against: [other])?.reason == .keptHeadDiffers)
        let wide = try #require(rewritten.commits.first { $0.link.last > $0.link.first }).link
        #expect(fault(against: [try rewritten.head(at: wide.first)])?.reason == .keptHeadDiffers)
    }

    @Test func `nothing is said about a head outside of the export`() throws {
        let log = log(20)
        let (first, last) = (log.commits[10].link.first, log.commits[15].link.last)
        let records = log.records(for: log.tenants[0], from: first).prefix { record in
            if case .commit(let commit) = record { commit.link.first <= last } else { true }
        }
        try log.export(
            for: log.tenants[0],
            from: first,
            Array(records),
            head: try log.head(at: last),
            into: folder()
        )
        #expect(fault(from: first) == nil)
        for size in [log.commits[8].link.last, log.size] {
            let found = fault(from: first, against: [try log.head(at: size)])
            #expect(found == ExportFault(.keptHeadOutside, position: size))
        }
        let elsewhere = try signer.sign(
            partition: 0,
            size: last,
            root: MerkleTree.emptyRoot,
            chain: MerkleTree.emptyRoot
        )
        #expect(fault(from: first, against: [elsewhere])?.reason == .keptHeadOutside)
    }
}

extension ExportRecord {
    fileprivate func moved(to position: Int64) -> ExportRecord {
        switch self {
        case .commit: self
        case .event(let event): .event(event.with(position: position))
        case .leaf(_, let leaf, let versionHash): .leaf(position: position, leaf: leaf, versionHash: versionHash)
        }
    }
}

extension ExportManifest {
    /// The file with another segment instead of all.
    fileprivate func with(_ segment: Segment) -> Data {
        let changed = ExportManifest(
            log: log,
            partition: partition,
            tenant: tenant,
            first: first,
            last: last,
            chain: chain,
            peaks: peaks,
            segments: [segment]
        )
        return Data(changed.bytes)
    }
}

extension [UInt8] {
    fileprivate func flipped(at place: Int) -> [UInt8] {
        var changed = self
        changed[place] ^= 1
        return changed
    }
}

extension HeadSigner {
    fileprivate func empty() throws -> SignedTreeHead {
        try sign(
            partition: GeneratedLog.partition,
            size: 0,
            root: MerkleTree.emptyRoot,
            chain: ChainLink.origin(of: GeneratedLog.partition)
        )
    }
}
