package import Foundation

/// One line of an export:
///
///     {"commit":{"first":7,"last":8,"committed_at_us":…,"root":BASE64,"hash":BASE64}}     before the events of the commit
///     {"event":{"position":7,"version":1,…,"metadata":TEXT,"payload":TEXT}}               one of the tenant's own, whole
///     {"leaf":{"position":8,"leaf":BASE64,"version_hash":BASE64}}                         somebody else's
package enum ExportRecord: Hashable, Sendable {
    case commit(ExportedCommit)
    case event(ExportedEvent)
    case leaf(position: Int64, leaf: [UInt8], versionHash: [UInt8])
}

/// A row of `es.commits`.
package struct ExportedCommit: Hashable, Sendable {
    package let link: ChainLink
    package let hash: [UInt8]

    package init(link: ChainLink, hash: [UInt8]) {
        self.link = link
        self.hash = hash
    }
}

/// A row of `es.events` as it stands there; what is sealed stays sealed.
package struct ExportedEvent: Hashable, Sendable {
    package let position: Int64
    package let version: Int64
    package let stream: UUID
    package let event: UUID
    package let type: String
    package let schema: Int32
    package let commandKey: [UInt8]
    package let leaf: [UInt8]
    package let metadata: [UInt8]
    package let payload: [UInt8]

    package init(
        position: Int64,
        version: Int64,
        stream: UUID,
        event: UUID,
        type: String,
        schema: Int32,
        commandKey: [UInt8],
        leaf: [UInt8],
        metadata: [UInt8],
        payload: [UInt8]
    ) {
        self.position = position
        self.version = version
        self.stream = stream
        self.event = event
        self.type = type
        self.schema = schema
        self.commandKey = commandKey
        self.leaf = leaf
        self.metadata = metadata
        self.payload = payload
    }

    /// The leaf that the row must have.
    func expectedLeaf(of tenant: UUID) -> [UInt8] {
        EventLeaf.hash(
            tenant: tenant,
            stream: stream,
            event: event,
            type: type,
            schema: schema,
            commandKey: commandKey,
            metadata: metadata,
            payload: payload
        )
    }
}
