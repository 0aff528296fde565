package import Crypto
internal import Foundation
package import Logging
internal import Synchronization

/// The master keys that a process holds, read from a file and again when it changes.
///
/// Wrapped keys are AES-256-GCM under a key that is derived for the purpose, with the form, the master key's id and the context
/// authenticated: `form 1 ‖ id 4 ‖ nonce 12 ‖ ciphertext 32 ‖ tag 16`. What was wrapped when keys had no ids is the last three
/// parts alone, and opens too.
package final class MasterKeys: KeyManagement {
    package enum LoadError: Error, CustomStringConvertible {
        case unreadable(path: String)
        case malformed(path: String, MasterKeyList.Fault)
        /// It has none of the keys that are in use: it is some other file.
        case foreign(path: String)

        package var description: String {
            switch self {
            case .unreadable(let path): "cannot read the master key file \(path)"
            case .malformed(let path, let fault): "the master key file \(path): \(fault)"
            case .foreign(let path): "the master key file \(path) has none of the keys that are in use"
            }
        }
    }

    private struct State {
        var list: MasterKeyList
        var derived: [String: DerivedKeys] = [:]
    }

    private static let form: UInt8 = 1

    private let path: String?
    private let state: Mutex<State>

    /// Keys that stay the same.
    package init(_ list: MasterKeyList) {
        path = nil
        state = Mutex(State(list: list))
    }

    /// One key, the same for as long as it is held.
    package convenience init(_ key: MasterKey) { self.init(MasterKeyList(key)) }

    /// Those of a file, see `MasterKeyList`.
    package init(file path: String) throws(LoadError) {
        self.path = path
        state = Mutex(State(list: try Self.list(at: path)))
    }

    package static func list(at path: String) throws(LoadError) -> MasterKeyList {
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(path: path) }
        do throws(MasterKeyList.Fault) {
            return try MasterKeyList(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw .malformed(path: path, error)
        }
    }

    package var list: MasterKeyList { state.withLock(\.list) }

    /// Reads the file again. What cannot be used changes nothing.
    ///
    /// - Returns: whether the keys, or what they are used for, are others than before.
    @discardableResult
    package func reload() throws(LoadError) -> Bool {
        guard let path else { return false }
        let new = try Self.list(at: path)
        let old = list
        guard new != old else { return false }
        guard new.entries.contains(where: { new in old.entries.contains { $0.key == new.key } }) else {
            throw .foreign(path: path)
        }
        state.withLock { $0 = State(list: new) }
        return true
    }

    /// Reads the file each second, until cancelled. One that cannot be used is logged once, and the last good keys stay.
    package func run(logger: Logger) async {
        guard path != nil else { return }
        var isBroken = false
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            do throws(LoadError) {
                if try reload() {
                    logger.notice("took the new master keys", metadata: ["current": "\(list.current.id)"])
                }
                isBroken = false
            } catch {
                if !isBroken {
                    logger.error("the master keys are not read again", metadata: ["error": "\(error)"])
                }
                isBroken = true
            }
        }
    }

    package func wrap(_ key: SymmetricKey, for purpose: String, in context: [UInt8]) -> [UInt8] {
        let root = list.current
        let head = [Self.form] + root.id.bytes
        let bytes = key.withUnsafeBytes { Array($0) }
        guard
            let box = try? AES.GCM.seal(bytes, using: root.derived(for: purpose), authenticating: head + context),
            let combined = box.combined
        else { preconditionFailure("sealing 32 bytes with a 256-bit key cannot fail") }
        return head + combined
    }

    package func unwrap(
        _ wrapped: [UInt8],
        for purpose: String,
        in context: [UInt8]
    ) throws(KeyFault) -> SymmetricKey {
        if wrapped.count == 60 {
            for entry in list.entries {
                let root = entry.key.derived(for: purpose)
                if let key = Self.open(wrapped[...], under: root, context) { return key }
            }
            throw .unopenable
        }
        guard wrapped.count == 65, wrapped[0] == Self.form, let id = MasterKey.ID(Array(wrapped[1..<5])) else {
            throw .unopenable
        }
        guard let root = root(id) else { throw .unknown(id) }
        let authenticated = Array(wrapped[..<5]) + context
        guard let key = Self.open(wrapped[5...], under: root.derived(for: purpose), authenticated) else {
            throw .unopenable
        }
        return key
    }

    package func derived(for purpose: String) -> DerivedKeys {
        state.withLock { state in
            if let known = state.derived[purpose] { return known }
            let others = state.list.entries.filter { $0.state != .current }
            let keys = DerivedKeys(
                current: state.list.current.derived(for: purpose),
                others: others.map { $0.key.derived(for: purpose) }
            )
            state.derived[purpose] = keys
            return keys
        }
    }

    /// Another process may have used a key already that was added since this one looked.
    private func root(_ id: MasterKey.ID) -> MasterKey? {
        if let known = held(id) { return known }
        // A file that cannot be used has no such key either; `run` says what is wrong with it. One that has not changed may have been
        // read by somebody else since.
        _ = try? reload()
        return held(id)
    }

    private func held(_ id: MasterKey.ID) -> MasterKey? {
        list.entries.first { $0.key.id == id }?.key
    }

    private static func open(_ box: ArraySlice<UInt8>, under key: SymmetricKey, _ context: [UInt8]) -> SymmetricKey? {
        // A box that does not open was changed, or made for something else: that is all there is to know.
        guard let sealed = try? AES.GCM.SealedBox(combined: box),
            let bytes = try? AES.GCM.open(sealed, using: key, authenticating: context)
        else { return nil }
        return SymmetricKey(data: bytes)
    }
}
