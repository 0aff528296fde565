internal import Foundation
internal import Synchronization

/// The ledger of this process, which forgets it when it ends.
final class Grants: Sendable {
    private let ledger: Mutex<GrantLedger>

    init(_ lifetimes: DevIdP.Lifetimes) { ledger = Mutex(GrantLedger(lifetimes)) }

    func withLedger<Result: Sendable, Failure: Error>(
        _ body: (inout GrantLedger) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try ledger.withLock { ledger throws(Failure) in try body(&ledger) }
    }
}
