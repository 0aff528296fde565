import CRedis

/// Makes hiredis' reader count replies without building them.
///
/// hiredis builds replies with the functions that it is given. Where there is none it puts the type of the reply in
/// place of a pointer, and nothing is allocated. Only text needs a function here, to tell errors by their prefix.
final class RedisReplyCounter {
    private let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
    private let errors = UnsafeMutablePointer<[String: Int]>.allocate(capacity: 1)
    private var (ok, nulls) = (0, 0)

    init() {
        errors.initialize(to: [:])
        functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, text, length in
                    let task = task!.pointee
                    if task.type == REDIS_REPLY_ERROR {
                        let text = UnsafeRawBufferPointer(start: text, count: length)
                        let prefix = text.prefix { $0 != UInt8(ascii: " ") }
                        let errors = task.privdata.assumingMemoryBound(to: [String: Int].self)
                        errors.pointee[String(decoding: prefix, as: UTF8.self), default: 0] += 1
                    }
                    return UnsafeMutableRawPointer(bitPattern: Int(task.type))
                },
                createArray: nil,
                createInteger: nil,
                createNil: nil,
                freeObject: { _ in }
            )
        )
    }

    deinit {
        functions.deinitialize(count: 1)
        functions.deallocate()
        errors.deinitialize(count: 1)
        errors.deallocate()
    }

    var tally: RedisTally { RedisTally(ok: ok, nulls: nulls, errors: errors.pointee) }

    /// Sets the reader to counting. The counter must outlive that.
    func attach(to reader: UnsafeMutablePointer<redisReader>) {
        reader.pointee.fn = functions
        reader.pointee.privdata = UnsafeMutableRawPointer(errors)
    }

    /// Counts what the reader put in place of a whole reply: its type.
    func count(_ reply: UnsafeMutableRawPointer) {
        switch Int32(truncatingIfNeeded: Int(bitPattern: reply)) {
        case REDIS_REPLY_ERROR: break
        case REDIS_REPLY_NIL:
            ok += 1
            nulls += 1
        default: ok += 1
        }
    }
}
