import EventStore
import Foundation
import Testing
import TestSupport

/// What the log says to single commands, and what it then holds.
struct AppendTests {
    @Test func `an accepted event comes back byte for byte`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant(partition: Partition(1))
            let log = database.log()
            let command = Commands.post(to: .v7(), of: tenant)
            let verdict = try await log.append(command, to: tenant.partition)
            guard case .accepted(let accepted) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(accepted.first == 1 && accepted.last == 1)
            #expect(accepted.versions == [command.streams[0].stream: 1])

            let event = command.events[0]
            let expected = RecordedEvent(
                partition: tenant.partition,
                position: 1,
                tenant: tenant.id,
                stream: event.stream,
                version: 1,
                id: event.id,
                type: event.type,
                commandKey: command.key,
                metadata: event.metadata,
                payload: event.payload,
                recordedAt: accepted.committedAt
            )
            #expect(try await log.read(tenant.partition, after: 0, limit: 10) == [expected])
            #expect(try await log.read(tenant.partition, before: .max, limit: 10) == [expected])
            #expect(try await log.read(stream: event.stream, of: tenant, after: 0) == [expected])
            #expect(try await log.read(of: tenant, after: 0, limit: 10) == [expected])
            #expect(log.heads[tenant.partition] == 1)
            #expect(try await log.currentHeads()[tenant.partition] == 1)
        }
    }
}
