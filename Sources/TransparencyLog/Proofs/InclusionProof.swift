package import Foundation

/// That an event stands in a log at a position, for whoever has the log's public key and nothing else: the event itself, the
/// path from its leaf to a root, and the signed head with that root.
///
///     {"position": 7, "event": {…}, "path": ["base64", …], "head": "example.com/log/0\n…"}
package struct InclusionProof: Codable, Hashable, Sendable {
    /// What the event's leaf is made of (``EventLeaf``). Bytes are base64, identifiers UUIDs.
    package struct Event: Codable, Hashable, Sendable {
        package var tenant: String
        package var stream: String
        package var id: String
        package var type: String
        package var schema: Int32
        package var command: String
        package var metadata: String
        package var payload: String

        package init(
            tenant: UUID,
            stream: UUID,
            id: UUID,
            type: String,
            schema: Int32,
            command: [UInt8],
            metadata: [UInt8],
            payload: [UInt8]
        ) {
            self.tenant = tenant.text
            self.stream = stream.text
            self.id = id.text
            self.type = type
            self.schema = schema
            self.command = command.base64
            self.metadata = metadata.base64
            self.payload = payload.base64
        }

        /// Nil if a field is not spelled as it has to be.
        var leaf: [UInt8]? {
            guard let tenant = UUID(text: tenant), let stream = UUID(text: stream), let id = UUID(text: id),
                let command = [UInt8](base64: command),
                let metadata = [UInt8](base64: metadata), let payload = [UInt8](base64: payload)
            else { return nil }
            return EventLeaf.hash(
                tenant: tenant,
                stream: stream,
                event: id,
                type: type,
                schema: schema,
                commandKey: command,
                metadata: metadata,
                payload: payload
            )
        }
    }

    /// From 1; the entry of the tree is one less.
    package var position: Int64
    package var event: Event
    package var path: [String]
    /// The signed note.
    package var head: String

    package init(position: Int64, event: Event, path: [[UInt8]], head: SignedTreeHead) {
        self.position = position
        self.event = event
        self.path = path.map(\.base64)
        self.head = head.note
    }

    /// Checks it all; returns the head that it holds for.
    package func verify(by verifier: HeadVerifier) throws -> TreeHead {
        let head = try verifier.open(head).head
        guard let leaf = event.leaf else { throw ProofError.malformed("the event") }
        let isIn = MerkleTree.verifyInclusion(
            leafHash: MerkleTree.leafHash(of: leaf),
            index: position &- 1,
            size: head.size,
            path: try ProofError.path(path),
            root: head.root
        )
        guard isIn else { throw ProofError.notIncluded(position: position) }
        return head
    }
}
