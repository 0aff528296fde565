/// What Redis answers.
package enum RedisValue: Sendable, Equatable {
    /// No such thing; for `EXEC`, that a watched key changed and nothing was done.
    case null
    case integer(Int64)
    /// A short word such as `OK` or `QUEUED`.
    case status(String)
    case bytes([UInt8])
    case array([RedisValue])
    /// This command failed; its neighbours in a pipeline or a transaction may have succeeded.
    case error(RedisError)
}

extension RedisValue {
    package var isNull: Bool { self == .null }

    /// Bytes that are UTF-8, or a status.
    package var string: String? {
        switch self {
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .status(let status): status
        case .null, .integer, .array, .error: nil
        }
    }

    /// An integer, or bytes that spell one in decimal, as `GET` answers for a counter.
    package var int: Int64? {
        switch self {
        case .integer(let integer): integer
        case .bytes: string.flatMap { Int64($0) }
        case .null, .status, .array, .error: nil
        }
    }

    package var bytes: [UInt8]? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }

    package var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    package var error: RedisError? {
        if case .error(let error) = self { error } else { nil }
    }

    /// The value, if it is not an error reply.
    package func get() throws(RedisError) -> RedisValue {
        if case .error(let error) = self { throw error }
        return self
    }
}
