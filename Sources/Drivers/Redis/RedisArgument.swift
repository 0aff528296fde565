/// What can stand as one word of a command. Integers are written in decimal.
package protocol RedisArgument: Sendable {
    /// Appends exactly one word, with ``RedisBatch/appendWord(_:)``.
    func append(to batch: inout RedisBatch)
}

extension String: RedisArgument {
    package func append(to batch: inout RedisBatch) {
        var text = self
        text.withUTF8 { batch.appendWord($0) }
    }
}

extension [UInt8]: RedisArgument {
    package func append(to batch: inout RedisBatch) {
        withUnsafeBufferPointer { batch.appendWord($0) }
    }
}

extension ArraySlice<UInt8>: RedisArgument {
    package func append(to batch: inout RedisBatch) {
        withUnsafeBufferPointer { batch.appendWord($0) }
    }
}

extension Int64: RedisArgument {
    package func append(to batch: inout RedisBatch) { batch.appendWord(decimal: magnitude, negative: self < 0) }
}

extension Int: RedisArgument {
    package func append(to batch: inout RedisBatch) { Int64(self).append(to: &batch) }
}

extension UInt64: RedisArgument {
    package func append(to batch: inout RedisBatch) { batch.appendWord(decimal: self, negative: false) }
}
