/// One command, already in the form that goes over the wire.
///
/// ```swift
/// RedisCommand("XADD", key, "5-0", "r", bytes)
/// ```
package struct RedisCommand: Sendable {
    let batch: RedisBatch

    @inlinable
    package init<each Argument: RedisArgument>(_ name: String, _ arguments: repeat each Argument) {
        var batch = RedisBatch()
        batch.append(name, repeat each arguments)
        self.init(batch: batch)
    }

    package init(_ name: String, arguments: [any RedisArgument]) {
        var batch = RedisBatch()
        batch.append(name, arguments: arguments)
        self.init(batch: batch)
    }

    @usableFromInline
    init(batch: RedisBatch) { self.batch = batch }
}
