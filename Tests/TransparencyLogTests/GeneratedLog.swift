import Foundation
import TestSupport

@testable import TransparencyLog

/// A partition's log of two tenants as the event store would write it: random commits of random events.
struct GeneratedLog {
    static let partition: Int32 = 5

    let tenants: [UUID]
    let signer: HeadSigner
    /// Whose each event is; position 1 is the first.
    private(set) var events: [(tenant: UUID, event: ExportedEvent)] = []
    private(set) var commits: [ExportedCommit] = []

    init(seed: UInt64, commits count: Int, signer: HeadSigner) {
        var random = Seeded(seed)
        let tenants = (0..<2).map { _ in random.uuid() }
        self.tenants = tenants
        self.signer = signer
        let streams = (0..<6).map { _ in random.uuid() }
        var versions: [[UUID]: Int64] = [:]
        var time: Int64 = 1_800_000_000_000_000
        for _ in 0..<count {
            let first = Int64(events.count) + 1
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let (tenant, stream) = (random.pick(tenants), random.pick(streams))
                versions[[tenant, stream], default: 0] += 1
                let version = versions[[tenant, stream]]!
                events.append((tenant, random.event(of: tenant, stream, version, at: Int64(events.count) + 1)))
            }
            time += Int64.random(in: 0...1_000_000, using: &random)
            let link = ChainLink(
                first: first,
                last: Int64(events.count),
                committedAt: time,
                root: Self.root(events[Int(first - 1)...].map(\.event))
            )
            commits.append(ExportedCommit(link: link, hash: link.hash(after: chain(at: first - 1))))
        }
    }

    static func root(_ events: [ExportedEvent]) -> [UInt8] {
        var root = CommitRoot()
        for event in events { root.append(leaf: event.leaf, versionHash: event.versionHash) }
        return root.hash
    }

    var size: Int64 { Int64(events.count) }

    func chain(at size: Int64) -> [UInt8] {
        commits.last { $0.link.last <= size }?.hash ?? ChainLink.origin(of: Self.partition)
    }

    func frontier(at size: Int64) -> MerkleFrontier {
        var frontier = MerkleFrontier()
        for (_, event) in events.prefix(Int(size)) { frontier.append(MerkleTree.leafHash(of: event.leaf)) }
        return frontier
    }

    func head(at size: Int64) throws -> SignedTreeHead {
        try signer.sign(
            partition: Self.partition,
            size: size,
            root: frontier(at: size).root,
            chain: chain(at: size)
        )
    }

    /// What an export for the tenant holds from a commit's first position on.
    func records(for tenant: UUID, from first: Int64 = 1) -> [ExportRecord] {
        commits.filter { $0.link.first >= first }.flatMap { commit in
            [.commit(commit)]
                + events[Int(commit.link.first - 1)..<Int(commit.link.last)].map { owner, event in
                    owner == tenant ? .event(event) : event.hidden
                }
        }
    }

    /// Writes an export; of records that were tampered with, if they are given.
    @discardableResult
    func export(
        for tenant: UUID,
        from first: Int64 = 1,
        _ records: [ExportRecord]? = nil,
        head: SignedTreeHead? = nil,
        segmentSize: ExportWriter.SegmentSize = ExportWriter.SegmentSize(),
        into folder: String
    ) throws -> ExportManifest {
        var writer = try ExportWriter(
            folder: folder,
            tenant: tenant,
            head: try head ?? self.head(at: size),
            publicKey: signer.publicKey,
            after: frontier(at: first - 1),
            chain: chain(at: first - 1),
            segmentSize: segmentSize
        )
        for record in records ?? self.records(for: tenant, from: first) { try writer.add(record) }
        return try writer.finish()
    }
}

extension Seeded {
    fileprivate mutating func uuid() -> UUID { UUID(bytes: bytes(16))! }

    fileprivate mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    fileprivate mutating func event(
        of tenant: UUID,
        _ stream: UUID,
        _ version: Int64,
        at position: Int64
    ) -> ExportedEvent {
        let payloads: [[UInt8]] = [
            Array(#"{"body":"hello, \"world\" \\ äöü 日本 🎉"}"#.utf8), [], bytes(40), Array(0..<0x30),
            [0x65, 0xCC, 0x81, 0x7F],
            [0x0A, 0x0D, 0x0A], Array("\u{2028}\u{FEFF}/".utf8),
        ]
        let draft = ExportedEvent(
            position: position,
            version: version,
            stream: stream,
            event: uuid(),
            type: pick(["messaging.message_posted", "workspace.room_created"]),
            schema: pick([1, 2]),
            commandKey: bytes(32),
            leaf: [],
            metadata: Array(#"{"actor":"ada"}"#.utf8),
            payload: pick(payloads)
        )
        return draft.with(leaf: draft.expectedLeaf(of: tenant))
    }
}

extension ExportedEvent {
    var versionHash: [UInt8] { CommitRoot.versionHash(of: event, version: version) }

    /// As it is told to others.
    var hidden: ExportRecord { .leaf(position: position, leaf: leaf, versionHash: versionHash) }

    func with(
        position: Int64? = nil,
        version: Int64? = nil,
        leaf: [UInt8]? = nil,
        payload: [UInt8]? = nil
    ) -> ExportedEvent {
        ExportedEvent(
            position: position ?? self.position,
            version: version ?? self.version,
            stream: stream,
            event: event,
            type: type,
            schema: schema,
            commandKey: commandKey,
            leaf: leaf ?? self.leaf,
            metadata: metadata,
            payload: payload ?? self.payload
        )
    }
}
