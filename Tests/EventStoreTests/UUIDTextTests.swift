import EventStore
import Foundation
import Testing

struct UUIDTextTests {
    @Test func `the text is Foundation's, in lower case`() {
        for _ in 0..<1000 {
            let id = UUID()
            #expect(id.text == id.uuidString.lowercased())
            #expect(UUID(text: id.text) == id)
        }
    }

    @Test(arguments: [
        "", "0190a6e4-5b1c-7d3e-8f00-a1b2c3d4e5f", "0190a6e4-5b1c-7d3e-8f00-a1b2c3d4e5f67",
        "0190A6E4-5B1C-7D3E-8F00-A1B2C3D4E5F6",
        "0190a6e45b1c7d3e8f00a1b2c3d4e5f6", "0190a6e4-5b1c-7d3e-8f00-a1b2c3d4e5fg",
        "0190a6e4-5b1c-7d3e-8f00 a1b2c3d4e5f6",
        "{190a6e4-5b1c-7d3e-8f00-a1b2c3d4e5f6", "é190a6e4-5b1c-7d3e-8f00-a1b2c3d4e5f",
    ])
    func `no other spelling is taken`(text: String) {
        #expect(UUID(text: text) == nil)
    }
}
