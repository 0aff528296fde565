package import EventStore
internal import Foundation

/// What processes hold around a change of the master key.
package struct RotatedKeys: Sendable {
    /// The old key is used, and the new one waits.
    package let before: MasterKeys
    /// The new key is used, and the old one opens.
    package let after: MasterKeys
    /// The old key has been retired.
    package let later: MasterKeys
    package let old: MasterKey.ID
    package let new: MasterKey.ID

    package init() throws {
        let (old, new) = (MasterKey.random(), MasterKey.random())
        var list = MasterKeyList(old)
        try list.add(new)
        before = MasterKeys(list)
        try list.use("\(new.id)", at: .now)
        after = MasterKeys(list)
        later = MasterKeys(new)
        (self.old, self.new) = (old.id, new.id)
    }
}
