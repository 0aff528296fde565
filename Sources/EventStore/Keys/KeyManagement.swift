package import Crypto

/// Who holds the installation's root secrets, and does with them what nobody else can: master keys in a file (`MasterKeys`), or a
/// service that gives no key away.
///
/// There may be several roots at once. One is used for what is new, and all of them open what was made before; so they can be
/// changed while everything goes on. Calls come from threads that must not wait long: a service far away is asked beforehand.
package protocol KeyManagement: Sendable {
    /// The key, sealed under the root that is used now: `form 1 ‖ id of the root 4 ‖ what opens it 60`.
    ///
    /// - Parameter context: has to be the same when it is unwrapped.
    func wrap(_ key: SymmetricKey, for purpose: String, in context: [UInt8]) -> [UInt8]

    func unwrap(_ wrapped: [UInt8], for purpose: String, in context: [UInt8]) throws(KeyFault) -> SymmetricKey

    /// The keys for one purpose, such as `page-cursor`: asked for at each use, since roots come and go.
    func derived(for purpose: String) -> DerivedKeys
}

package enum KeyFault: Error, Equatable, CustomStringConvertible {
    /// It was wrapped under a root that is not held here.
    case unknown(MasterKey.ID)
    /// It was changed, or wrapped for something else.
    case unopenable

    package var description: String {
        switch self {
        case .unknown(let id): "there is no master key \(id) here"
        case .unopenable: "it does not open"
        }
    }
}

/// The keys that the roots give for one purpose.
package struct DerivedKeys: Sendable {
    /// For what is made now.
    package let current: SymmetricKey
    /// For what was made before, or by a process that uses a newer root already; the current one first.
    package let all: [SymmetricKey]

    package init(current: SymmetricKey, others: [SymmetricKey] = []) {
        self.current = current
        all = [current] + others
    }
}

extension Sequence {
    /// What `body` makes of the first element of which it makes anything: the key that opens, of those that may.
    package func firstNonNil<Value>(_ body: (Element) throws -> Value?) rethrows -> Value? {
        for element in self { if let value = try body(element) { return value } }
        return nil
    }
}
