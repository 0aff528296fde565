import CRedis

extension RedisValue {
    /// Copies a reply of hiredis and frees it.
    init(consuming reply: UnsafeMutableRawPointer) {
        self.init(reply.assumingMemoryBound(to: redisReply.self))
        freeReplyObject(reply)
    }

    private init(_ reply: UnsafePointer<redisReply>) {
        let reply = reply.pointee
        switch reply.type {
        case REDIS_REPLY_INTEGER:
            self = .integer(reply.integer)
        case REDIS_REPLY_STRING:
            self = .bytes([UInt8](reply.text))
        case REDIS_REPLY_STATUS:
            self = .status(String(decoding: reply.text, as: UTF8.self))
        case REDIS_REPLY_ERROR:
            self = .error(RedisError(reply: String(decoding: reply.text, as: UTF8.self)))
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.element, count: reply.elements)
            // hiredis fills every element before it hands an array out.
            self = .array(elements.map { RedisValue($0!) })
        case REDIS_REPLY_NIL:
            self = .null
        default:
            preconditionFailure("hiredis 0.14 has six kinds of reply, this is kind \(reply.type)")
        }
    }
}

extension redisReply {
    fileprivate var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: str, count: len) }
}
