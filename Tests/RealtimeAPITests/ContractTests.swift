import Commands
import Events
import GatewayHTTP
import Projections
import TestSupport
import Testing

@testable import RealtimeAPI

/// That answers are as the contract says is checked with every request that the tests of this surface send (`Subscriber.hold`).
struct ContractTests {
    @Test func `every endpoint is in the contract`() async throws {
        try await Stage.run { stage in
            let contract = try await stage.contract()
            #expect(contract.danglingReferences == [])
            for endpoint in stage.api.endpoints {
                let operation = contract.document["paths"][endpoint.path][endpoint.method.rawValue.lowercased()]
                #expect(operation["summary"].text == endpoint.summary)
            }
            let names = contract.document["paths"].names.flatMap { path in
                let methods = contract.document["paths"][path]
                return methods.names.map { methods[$0]["operationId"].text }
            }
            #expect(Set(names) == ["postQueues", "getQueues", "getQueueEvents", "deleteQueue"])
            let poll = try #require(contract.operation("GET", "/realtime/queues/queue_1/events"))
            #expect(poll["responses"].names == ["200", "400", "401", "403", "404", "409", "410", "429", "503"])
            let registration = try #require(contract.operation("POST", "/realtime/queues"))
            #expect(registration["responses"].names.isSuperset(of: ["201", "409", "410", "422", "429"]))
            #expect(
                registration["responses"]["201"]["links"]["getQueueEvents"]["parameters"]
                    == ["queue": "$response.body#/queue_id", "cursor": "$response.body#/cursor"]
            )
        }
    }

    @Test func `every type of event looks as the contract says, in each of its forms`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada", .owner), try await stage.user("bob"))
            let others = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(bob)
            let room = try await stage.room(named: "a", members: [ada, bob])
            let message = try await stage.post("x", in: room, by: ada)
            let second = try await stage.post("y", in: room, by: bob, key: "mine")
            try await stage.perform(EditMessage(message: message, body: "z @bob"), by: ada)
            try await stage.perform(AddReaction(message: message, emoji: "👍"), by: bob)
            try await stage.perform(RemoveReaction(message: message, emoji: "👍"), by: bob)
            try await stage.perform(MoveReadMarker(room: room, message: message), by: bob)
            try await stage.perform(DeleteMessage(message: message, reason: "why"), by: ada)
            try await stage.perform(RangeDelete(room: room, from: 1, to: 2), by: ada)
            try await stage.perform(ChangeRoom(room: room, topic: "t"), by: ada)
            try await stage.perform(AddMembers(room: others, users: [bob]), by: ada)
            try await stage.perform(ChangeMemberRole(room: room, user: bob, role: .moderator), by: ada)
            try await stage.perform(ArchiveRoom(room: others), by: ada)
            try await stage.perform(RestoreRoom(room: others), by: ada)
            try await stage.perform(RemoveMember(room: others, user: bob), by: ada)
            let eve = try await stage.user("eve")
            try await stage.perform(RenameUser(user: bob, name: "Bob B."), by: bob)
            try await stage.perform(DeactivateUser(user: eve), by: ada)
            try await stage.perform(ReactivateUser(user: eve), by: ada)
            try await stage.perform(DeactivateUser(user: eve), by: ada)
            try await stage.perform(ForgetUser(user: eve, reason: .personAsked), by: ada)
            try await stage.perform(ChangeUserRole(user: bob, role: .admin), by: ada)
            let month = Month(of: .now)
            try await stage.perform(SetLimit(meter: .rooms, limit: MeterLimit(hard: 2, soft: 1), source: .plan))
            try await stage.perform(NoteUsage(meter: .rooms, used: 2, month: month))
            try await stage.perform(NoteUsage(meter: .rooms, used: 1, month: month))
            try await stage.close(month, Meter.allCases.map { .init($0, 2) })
            let told = try await subscriber.drain()
            #expect(Set(told.compactMap { $0["type"].text }) == Set(RealtimeType.allCases.map(\.rawValue)))
            #expect(told.contains { $0["command_id"] == "mine" && $0["data"]["message"]["id"].text == "\(second)" })
        }
    }
}
