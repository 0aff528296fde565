package import EventStore
package import Foundation

extension EventLog {
    /// The positions of the stream's events that operators have dropped: no read model knows of them.
    package func droppedPositions(
        of stream: UUID,
        of tenant: Tenant,
        by codec: EventCodec
    ) async throws -> Set<Position> {
        var dropped: Set<Position> = []
        for raw in try await read(stream: RepairID(of: stream).uuid, of: tenant, after: 0) {
            if case .dropped(_, let position, _, _) = try await codec.decode(raw, as: RepairEvent.self) {
                dropped.insert(position)
            }
        }
        return dropped
    }
}
