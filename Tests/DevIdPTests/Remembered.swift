import Synchronization

/// Takes a value out of a closure that is sent elsewhere.
final class Remembered<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)

    var value: Value? {
        get { held.withLock(\.self) }
        set { held.withLock { $0 = newValue } }
    }
}

extension Remembered where Value == [String: String] {
    func change(_ body: @Sendable (inout [String: String]) -> Void) {
        held.withLock { held in
            var value = held ?? [:]
            body(&value)
            held = value
        }
    }
}
