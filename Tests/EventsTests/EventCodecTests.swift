import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

struct EventCodecTests {
    let tenant = UUID.v7()
    let ada = UserID()
    let renamed = EventType("identity.user_profile_changed")

    func codec(on database: TestDatabase) -> EventCodec {
        EventCodec(keyring: Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender)))
    }

    func encoded(_ text: String, by codec: EventCodec) async throws -> [UInt8] {
        try await codec.encode(UserEvent.profileChanged(name: Personal(text, of: ada)), in: tenant)
    }

    @Test func `what is sealed comes back, and its plain text is not in the payload`() async throws {
        try await TestDatabase.run { database in
            let payload = try await encoded("Ada Lovelace", by: codec(on: database))
            #expect(!String(decoding: payload, as: UTF8.self).contains("Lovelace"))
            // Another process, which has to load the key.
            let event = try await codec(on: database).decode(recorded(payload, renamed, of: tenant), as: UserEvent.self)
            #expect(event == .profileChanged(name: Personal("Ada Lovelace", of: ada)))
        }
    }

    @Test func `the same text is sealed differently each time`() async throws {
        try await TestDatabase.run { database in
            let codec = codec(on: database)
            let (first, second) = (try await encoded("Ada", by: codec), try await encoded("Ada", by: codec))
            #expect(first != second)
        }
    }

    @Test func `what is sealed for one tenant does not open for another`() async throws {
        try await TestDatabase.run { database in
            let codec = codec(on: database)
            let payload = try await encoded("Ada", by: codec)
            await #expect(throws: DecodeError.self) {
                try await codec.decode(recorded(payload, renamed, of: .v7()), as: UserEvent.self)
            }
        }
    }

    @Test func `what is sealed for one person does not open for another`() async throws {
        try await TestDatabase.run { database in
            let codec = codec(on: database)
            let mine = ada.uuid.uuidString.lowercased()
            let text = String(decoding: try await encoded("Ada", by: codec), as: UTF8.self)
            #expect(text.contains(mine))
            let forged = text.replacingOccurrences(of: mine, with: UUID.v7().uuidString.lowercased())
            await #expect(throws: DecodeError.self) {
                try await codec.decode(recorded(Array(forged.utf8), renamed, of: tenant), as: UserEvent.self)
            }
        }
    }

    @Test func `a sealed text that was tampered with does not open`() async throws {
        try await TestDatabase.run { database in
            let codec = codec(on: database)
            let text = String(decoding: try await encoded("Ada", by: codec), as: UTF8.self)
            let box = try #require(text.firstRange(of: #""box":""#)).upperBound
            let forged = text.replacingCharacters(in: box...box, with: text[box] == "A" ? "B" : "A")
            await #expect(throws: DecodeError.self) {
                try await codec.decode(recorded(Array(forged.utf8), renamed, of: tenant), as: UserEvent.self)
            }
        }
    }

    @Test func `a forgotten person's texts are gone, earlier ones and later ones`() async throws {
        try await TestDatabase.run { database in
            let codec = codec(on: database)
            let before = try await encoded("Ada", by: codec)
            try await database.destroyKeys(of: ada.uuid, in: tenant, telling: codec.keyring)
            let after = try await encoded("Ada", by: codec)
            #expect(!String(decoding: after, as: UTF8.self).contains("box"))
            for codec in [codec, self.codec(on: database)] {
                for payload in [before, after] {
                    let event = try await codec.decode(recorded(payload, renamed, of: tenant), as: UserEvent.self)
                    #expect(event == .profileChanged(name: Personal(nil, of: ada)))
                }
            }
        }
    }

    @Test func `on a thread of its own, keys are loaded by the caller's connection`() async throws {
        try await TestDatabase.run { database in
            let payload = try await encoded("Ada", by: codec(on: database))
            let (codec, raw) = (codec(on: database), recorded(payload, renamed, of: tenant))
            let event = try await database.pool(as: .projector).withConnection { connection in
                try codec.decode(raw, loadingKeysBy: { try codec.keyring.load($0, on: connection) }).event
            }
            #expect(event.is(UserEvent.profileChanged(name: Personal("Ada", of: ada))))
        }
    }

    @Test(arguments: [
        (EventType("identity.user_vanished"), "{}", "{}"),
        (EventType("identity.user_deactivated", version: 2), #"{"deactivated":{}}"#, #"{"actor":{"system":{}}}"#),
        (EventType("identity.user_deactivated"), #"{"reactivated":{}}"#, #"{"actor":{"system":{}}}"#),
        (EventType("identity.user_deactivated"), "nothing", #"{"actor":{"system":{}}}"#),
        (EventType("identity.user_deactivated"), #"{"deactivated":{}}"#, "{}"),
    ])
    func `what cannot be understood is an error`(type: EventType, payload: String, metadata: String) async throws {
        try await TestDatabase.run { database in
            _ = await #expect(throws: DecodeError.self) {
                try await codec(on: database).decode(recorded(Array(payload.utf8), type, metadata: metadata))
            }
        }
    }
}
