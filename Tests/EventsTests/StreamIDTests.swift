import EventStore
import Events
import Foundation
import Testing

struct StreamIDTests {
    let uuid = UUID(uuidString: "01908a5e-0000-7abc-8000-0000000000ff")!

    @Test func `the edge's form comes back`() {
        #expect(RoomID(uuid).description == "room_01908a5e-0000-7abc-8000-0000000000ff")
        #expect(RoomID("room_01908a5e-0000-7abc-8000-0000000000ff") == RoomID(uuid))
        #expect(MessageID("msg_01908a5e-0000-7abc-8000-0000000000ff") == MessageID(uuid))
    }

    @Test(arguments: [
        "", "room_", "01908a5e-0000-7abc-8000-0000000000ff", "msg_01908a5e-0000-7abc-8000-0000000000ff",
        "room-01908a5e-0000-7abc-8000-0000000000ff", "room_01908A5E-0000-7abc-8000-0000000000ff",
        "Room_01908a5e-0000-7abc-8000-0000000000ff", "room_01908a5e00007abc80000000000000ff",
        "room_01908a5e-0000-7abc-8000-0000000000ff ", "room_{01908a5e-0000-7abc-8000-0000000000ff}",
        "room_01908a5e-0000-7abc-8000-0000000000fg",
    ])
    func `any other form is refused`(text: String) {
        #expect(RoomID(text) == nil)
    }

    @Test func `in the log it is bare`() throws {
        let json = try JSONEncoder().encode([RoomID(uuid)])
        #expect(String(decoding: json, as: UTF8.self) == #"["01908a5e-0000-7abc-8000-0000000000ff"]"#)
        #expect(try JSONDecoder().decode([RoomID].self, from: json) == [RoomID(uuid)])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([RoomID].self, from: Data(#"["room"]"#.utf8)) }
    }

    @Test func `new ones are ordered by time, read states are derived`() {
        let (a, b) = (UUID.v7(at: Date(timeIntervalSince1970: 1)), UUID.v7(at: Date(timeIntervalSince1970: 2)))
        #expect(RoomID(a) < RoomID(b))
        let user = UserID()
        #expect(ReadStateID(user: user, room: RoomID(a)) == ReadStateID(user: user, room: RoomID(a)))
        #expect(ReadStateID(user: user, room: RoomID(a)) != ReadStateID(user: user, room: RoomID(b)))
    }
}
