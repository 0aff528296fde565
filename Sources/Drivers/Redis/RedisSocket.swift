import CRedis
import Glibc

/// A connected socket with hiredis' reader on it: bytes out, replies in.
///
/// hiredis connects and parses. Reading and writing are done by a transport and all waiting is done here, so that a call
/// has one deadline as a whole, that a batch of any size is written while its replies are read (neither side waits with
/// full buffers for the other), that another thread can interrupt, that writing to a dead connection raises no SIGPIPE,
/// and that the bytes may go through TLS, of which hiredis 0.14 knows nothing.
final class RedisSocket {
    /// Where it leads, for messages.
    let peer: String
    /// Nil once broken: after a failure the replies would be out of step with the commands.
    private var context: UnsafeMutablePointer<redisContext>?
    private var transport: any RedisTransport
    private let interrupt: RedisInterrupt?
    private let incoming = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 16)

    init(
        to address: RedisConfiguration.Address,
        timeout: Duration,
        interrupt: RedisInterrupt?
    ) throws(RedisError) {
        let limit = timeval(timeout)
        let context =
            switch address {
            case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(port), limit)
            case .unix(let path): redisConnectUnixWithTimeout(path, limit)
            }
        let peer =
            switch address {
            case .tcp(let host, let port): "\(host):\(port)"
            case .unix(let path): path
            }
        self.interrupt = interrupt
        self.peer = peer
        self.context = context
        transport = RedisPlainTransport(context?.pointee.fd ?? -1, peer: peer)
        guard let context else { throw RedisError(.connectionFailed, "\(peer): out of memory") }
        guard context.pointee.err == 0 else {
            throw RedisError(.connectionFailed, "\(peer): \(String(tuple: context.pointee.errstr))")
        }
        if case .tcp = address { redisEnableKeepAlive(context) }
        let flags = fcntl(context.pointee.fd, F_GETFL)
        guard flags >= 0, fcntl(context.pointee.fd, F_SETFL, flags | O_NONBLOCK) >= 0,
            // Programs that we start must not hold it open.
            fcntl(context.pointee.fd, F_SETFD, FD_CLOEXEC) >= 0
        else {
            throw RedisError(.connectionFailed, "\(peer): \(String(cString: strerror(errno)))")
        }
    }

    /// Has all that follows go through TLS.
    ///
    /// - Throws: `connectionFailed`, also for a server that is not to be trusted; `closed` when interrupted.
    func secure(_ tls: RedisTLS, until deadline: ContinuousClock.Instant) throws(RedisError) {
        guard let context else { throw RedisError(.connectionFailed, "\(peer): the connection was closed") }
        let secured = try RedisTLSTransport(context.pointee.fd, tls, peer: peer)
        while true {
            let (isDone, events) = try secured.shakeHands()
            if isDone { break }
            switch SocketWait(descriptor: context.pointee.fd, events: events, interrupt: interrupt).result(
                until: deadline
            ) {
            case .ready: continue
            case .interrupted: throw RedisError(.closed, "\(peer): interrupted")
            case .timedOut:
                throw RedisError(.connectionFailed, "\(peer): TLS: no answer in time; does the server speak it?")
            }
        }
        transport = secured
    }

    deinit {
        close()
        incoming.deallocate()
    }

    /// Whether nothing has come since the last reply: neither the end of the connection nor bytes nobody asked for.
    var isQuiet: Bool {
        guard let reader = context?.pointee.reader, reader.pointee.pos == reader.pointee.len else {
            return false
        }
        return transport.isQuiet
    }

    /// Sends the bytes and hands over every reply as hiredis built it; who receives it frees it.
    ///
    /// - Throws: `connectionLost`, `timedOut`, `protocolError`, `closed` when interrupted; the socket is then closed.
    func exchange(
        _ bytes: [UInt8],
        replies expected: Int,
        until deadline: ContinuousClock.Instant,
        receive: (UnsafeMutableRawPointer) -> Void
    ) throws(RedisError) {
        guard let context else { throw RedisError(.connectionLost, "\(peer): the connection was closed") }
        var (sent, received) = (0, 0)
        do throws(RedisError) {
            while received < expected {
                sent += try send(bytes, from: sent)
                try wait(on: context, toWrite: sent < bytes.count, until: deadline)
                try read(from: context)
                while received < expected, let reply = try nextReply(of: context.pointee.reader) {
                    receive(reply)
                    received += 1
                }
            }
            guard sent == bytes.count else { throw RedisError(.protocolError, "\(peer): more replies than commands") }
        } catch {
            close()
            throw error
        }
    }

    /// Like ``exchange(_:replies:until:receive:)``, but counts the replies instead of building them.
    func exchange(
        _ bytes: [UInt8],
        replies expected: Int,
        until deadline: ContinuousClock.Instant,
        counter: RedisReplyCounter
    ) throws(RedisError) {
        let reader = context?.pointee.reader
        let building = reader?.pointee.fn
        if let reader { counter.attach(to: reader) }
        try exchange(bytes, replies: expected, until: deadline) { counter.count($0) }
        // After a failure there is no reader any more.
        reader?.pointee.fn = building
    }

    private func close() {
        guard context != nil else { return }
        transport.end()
        // Frees the reader, closes the socket.
        redisFree(context)
        context = nil
    }

    /// Writes what the socket takes and returns how much that was.
    private func send(_ bytes: [UInt8], from start: Int) throws(RedisError) -> Int {
        guard start < bytes.count else { return 0 }
        return try bytes.withUnsafeBufferPointer { buffer throws(RedisError) in
            try transport.send(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[start...])))
        }
    }

    private func wait(
        on context: UnsafeMutablePointer<redisContext>,
        toWrite: Bool,
        until deadline: ContinuousClock.Instant
    ) throws(RedisError) {
        if transport.holdsBytes { return }
        let events = transport.events(toSend: toWrite)
        let wait = SocketWait(descriptor: context.pointee.fd, events: events, interrupt: interrupt)
        switch wait.result(until: deadline) {
        case .ready: return
        case .interrupted: throw RedisError(.closed, "\(peer): interrupted")
        case .timedOut: throw RedisError(.timedOut, "\(peer): no reply in time")
        }
    }

    private func read(from context: UnsafeMutablePointer<redisContext>) throws(RedisError) {
        switch try transport.receive(into: incoming) {
        case nil: return
        case 0?: throw RedisError(.connectionLost, "\(peer): closed by the server")
        case let count?:
            guard redisReaderFeed(context.pointee.reader, incoming.baseAddress, count) == REDIS_OK else {
                throw malformed(context.pointee.reader)
            }
        }
    }

    private func nextReply(
        of reader: UnsafeMutablePointer<redisReader>
    ) throws(RedisError) -> UnsafeMutableRawPointer? {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw malformed(reader) }
        return reply
    }

    private func malformed(_ reader: UnsafeMutablePointer<redisReader>) -> RedisError {
        // Of a fixed set: hiredis puts no more of the input into it than one byte.
        RedisError(.protocolError, "\(peer): \(String(tuple: reader.pointee.errstr))")
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

extension String {
    /// A fixed array of C, which Swift sees as a tuple, up to its first zero.
    fileprivate init<Characters>(tuple: Characters) {
        self = withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
