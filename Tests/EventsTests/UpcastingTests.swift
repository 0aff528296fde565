import EventStore
import Events
import Foundation
import Testing

/// A kind of stream that had two earlier forms: at first a name, then a first and a last name, now both and a language.
private enum PenPalEvent: Event {
    case met(first: String, last: String, language: String)

    static let category = "penpal"
    static let prefix = "penpal"
    static let types = [EventType("letters.pen_pal_met", version: 3)]
    var type: EventType { Self.types[0] }

    static var upcasters: [EventType: @Sendable ([UInt8]) throws -> [UInt8]] {
        [
            EventType("letters.pen_pal_met", version: 1): { payload in
                let names =
                    try JSONDecoder().decode([String: [String: String]].self, from: Data(payload))["met"]?["name"] ?? ""
                let parts = names.split(separator: " ", maxSplits: 1).map(String.init)
                let met = ["met": ["first": parts.first ?? "", "last": parts.dropFirst().first ?? ""]]
                return Array(try JSONEncoder().encode(met))
            },
            EventType("letters.pen_pal_met", version: 2): { payload in
                var met = try JSONDecoder().decode([String: [String: String]].self, from: Data(payload))
                met["met"]?["language"] = "en"
                return Array(try JSONEncoder().encode(met))
            },
        ]
    }
}

struct UpcastingTests {
    private func bring(_ payload: String, version: Int) throws -> PenPalEvent {
        let type = EventType("letters.pen_pal_met", version: version)
        let bytes = try Upcasting.bring(Array(payload.utf8), of: type, to: 3, by: PenPalEvent.upcasters)
        return try JSONDecoder().decode(PenPalEvent.self, from: Data(bytes))
    }

    @Test func `every earlier form becomes today's, one version at a time`() throws {
        let today = PenPalEvent.met(first: "Ada", last: "Lovelace", language: "en")
        #expect(try bring(#"{"met":{"name":"Ada Lovelace"}}"#, version: 1) == today)
        #expect(try bring(#"{"met":{"first":"Ada","last":"Lovelace"}}"#, version: 2) == today)
        #expect(try bring(#"{"met":{"first":"Ada","last":"Lovelace","language":"en"}}"#, version: 3) == today)
    }

    @Test func `today's form is left as it is, byte for byte`() throws {
        let payload = Array(#"{ "any" : "thing" }"#.utf8)
        let type = EventType("letters.pen_pal_met", version: 3)
        #expect(try Upcasting.bring(payload, of: type, to: 3, by: PenPalEvent.upcasters) == payload)
    }

    @Test func `a form of tomorrow is not known, and a gap is not jumped`() {
        #expect(throws: DecodeError.self) { try bring("{}", version: 4) }
        #expect(throws: DecodeError.self) {
            try Upcasting.bring([], of: EventType("letters.pen_pal_met", version: 1), to: 3, by: [:])
        }
    }
}
