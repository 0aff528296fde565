package import Foundation

/// An event as it lies in the log.
package struct RecordedEvent: Sendable, Equatable {
    package let partition: Partition
    package let position: Position
    package let tenant: UUID
    package let stream: UUID
    package let version: StreamVersion
    package let id: UUID
    package let type: EventType
    /// The key of the command that wrote it, 32 bytes.
    package let commandKey: [UInt8]
    package let metadata: [UInt8]
    package let payload: [UInt8]
    /// Its commit's time, microseconds since 1970.
    package let recordedAt: Int64

    package init(
        partition: Partition,
        position: Position,
        tenant: UUID,
        stream: UUID,
        version: StreamVersion,
        id: UUID,
        type: EventType,
        commandKey: [UInt8],
        metadata: [UInt8],
        payload: [UInt8],
        recordedAt: Int64
    ) {
        self.partition = partition
        self.position = position
        self.tenant = tenant
        self.stream = stream
        self.version = version
        self.id = id
        self.type = type
        self.commandKey = commandKey
        self.metadata = metadata
        self.payload = payload
        self.recordedAt = recordedAt
    }
}
