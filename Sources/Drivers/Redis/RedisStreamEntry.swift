/// One entry of a stream.
package struct RedisStreamEntry: Sendable {
    package let key: String
    package let id: RedisStreamID
    /// As they were added; a name may come twice.
    package let fields: [(name: [UInt8], value: [UInt8])]

    package init(key: String, id: RedisStreamID, fields: [(name: [UInt8], value: [UInt8])]) {
        self.key = key
        self.id = id
        self.fields = fields
    }

    /// The first value of that name.
    package subscript(_ name: String) -> [UInt8]? {
        fields.first { $0.name.elementsEqual(name.utf8) }?.value
    }
}

extension RedisStreamEntry {
    /// Reads the reply of `XRANGE` or `XREVRANGE` on `key`, in its order; a key that is not there has no entries.
    ///
    /// ```
    /// [ [id, [name, value, name, value, …]], … ]
    /// ```
    ///
    /// - Throws: `server` when the reply is an error, `protocolError` when it is none of these.
    package static func range(_ reply: RedisValue, key: String) throws(RedisError) -> [RedisStreamEntry] {
        guard let items = try reply.get().array else {
            if reply.isNull { return [] }
            throw unreadable
        }
        var entries: [RedisStreamEntry] = []
        entries.reserveCapacity(items.count)
        for item in items {
            guard let parts = item.array, parts.count == 2,
                let id = parts[0].string.flatMap({ RedisStreamID($0) })
            else { throw unreadable }
            // The fields are null for an entry that was deleted while a consumer group still had it.
            let words = parts[1].array ?? []
            guard words.count.isMultiple(of: 2) else { throw unreadable }
            var fields: [(name: [UInt8], value: [UInt8])] = []
            fields.reserveCapacity(words.count / 2)
            for index in stride(from: 0, to: words.count, by: 2) {
                guard let name = words[index].bytes, let value = words[index + 1].bytes else { throw unreadable }
                fields.append((name, value))
            }
            entries.append(RedisStreamEntry(key: key, id: id, fields: fields))
        }
        return entries
    }

    /// Reads the reply of `XREAD`, stream by stream; null, its answer when nothing came, has no entries.
    ///
    /// ```
    /// [ [key, [ [id, [name, value, …]], … ]], … ]
    /// ```
    ///
    /// - Throws: `server` when the reply is an error, `protocolError` when it is none of these.
    package static func read(_ reply: RedisValue) throws(RedisError) -> [RedisStreamEntry] {
        guard let streams = try reply.get().array else {
            if reply.isNull { return [] }
            throw unreadable
        }
        var entries: [RedisStreamEntry] = []
        for stream in streams {
            guard let parts = stream.array, parts.count == 2, let key = parts[0].string else { throw unreadable }
            entries += try range(parts[1], key: key)
        }
        return entries
    }

    private static var unreadable: RedisError { RedisError(.protocolError, "the reply is not one of stream entries") }
}
