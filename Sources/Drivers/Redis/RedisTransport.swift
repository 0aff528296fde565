internal import Glibc

/// What carries the bytes of a ``RedisSocket``: the plain socket, or TLS over it. It never waits; that is the socket's.
protocol RedisTransport: AnyObject {
    /// Sends what can be sent now and returns how much that was.
    func send(_ bytes: UnsafeRawBufferPointer) throws(RedisError) -> Int

    /// Takes what has come and returns how much that was; nil when nothing has, 0 at the end of the connection.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(RedisError) -> Int?

    /// Whether there is something to receive that `poll` does not see.
    var holdsBytes: Bool { get }

    /// Whether nothing has come that was not received: neither bytes nor the end of the connection.
    var isQuiet: Bool { get }

    /// What to wait for on the descriptor before the next `send`, if there is something to send, or `receive`.
    func events(toSend: Bool) -> Int32

    /// Takes leave of the other side, without waiting. Whoever owns the descriptor closes it.
    func end()
}

/// The socket as it is.
final class RedisPlainTransport: RedisTransport {
    private let descriptor: Int32
    private let peer: String

    init(_ descriptor: Int32, peer: String) {
        self.descriptor = descriptor
        self.peer = peer
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws(RedisError) -> Int {
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        // With EPIPE there may still be replies to read; reading then finds the end.
        guard [EAGAIN, EINTR, EPIPE].contains(errno) else { throw RedisError(lost: peer, errno) }
        return 0
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(RedisError) -> Int? {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { throw RedisError(lost: peer, errno) }
        return nil
    }

    var holdsBytes: Bool { false }

    var isQuiet: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) < 0 && errno == EAGAIN
    }

    func events(toSend: Bool) -> Int32 { toSend ? POLLIN | POLLOUT : POLLIN }

    func end() {}
}

extension RedisError {
    /// A connection that the system says is broken.
    init(lost peer: String, _ number: Int32) {
        self.init(.connectionLost, "\(peer): \(String(cString: strerror(number)))")
    }
}
