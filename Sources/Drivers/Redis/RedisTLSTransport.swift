import CTLS
import Glibc

/// TLS over a socket that does not block.
///
/// OpenSSL reads and writes the socket through functions of ours: its own raise SIGPIPE, and lose the number of an error.
/// It takes one record at a time from the socket, and ``RedisSocket`` all of a record at once, so `poll` sees what there is.
final class RedisTLSTransport: RedisTransport {
    private let descriptor: Int32
    private let peer: String
    private let session: OpaquePointer
    /// Whether the handshake is done and nothing has failed since: only then the other side can be told of the end.
    private var isSound = false
    /// What the socket has failed with; 0 is nothing.
    private var socketError: Int32 = 0
    /// Sending waits until something was received, or the other way round; TLS has messages of its own.
    private var (sendNeedsBytes, receiveNeedsRoom) = (false, false)

    init(_ descriptor: Int32, _ tls: RedisTLS, peer: String) throws(RedisError) {
        self.descriptor = descriptor
        self.peer = peer
        session = try RedisTLSContext(tls).makeSession(for: tls)
        let bio = BIO_new(Self.socketMethod)
        precondition(bio != nil, "out of memory")
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        // One for both directions; the session owns it.
        SSL_set_bio(session, bio, bio)
    }

    deinit { SSL_free(session) }

    /// Goes on with the handshake and returns whether it is done; if not, what to wait for.
    func shakeHands() throws(RedisError) -> (isDone: Bool, events: Int32) {
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        isSound = result == 1
        if isSound { return (true, 0) }
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return (false, POLLIN)
        case SSL_ERROR_WANT_WRITE: return (false, POLLOUT)
        case let kind: throw RedisError(.connectionFailed, "\(peer): TLS: \(reasonOfHandshake(kind))")
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws(RedisError) -> Int {
        var sent = 0
        sendNeedsBytes = false
        // Several records before the next look at what has come.
        while sent < min(bytes.count, Self.sendLimit) {
            ERR_clear_error()
            var count = 0
            let result = SSL_write_ex(session, bytes.baseAddress! + sent, bytes.count - sent, &count)
            guard result == 1 else {
                switch SSL_get_error(session, result) {
                case SSL_ERROR_WANT_WRITE: break
                case SSL_ERROR_WANT_READ: sendNeedsBytes = true
                case let kind: throw failure(kind)
                }
                return sent
            }
            sent += count
        }
        return sent
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(RedisError) -> Int? {
        ERR_clear_error()
        receiveNeedsRoom = false
        var count = 0
        let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        if result == 1 { return count }
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return nil
        case SSL_ERROR_WANT_WRITE:
            receiveNeedsRoom = true
            return nil
        case SSL_ERROR_ZERO_RETURN: return 0
        case let kind: throw failure(kind)
        }
    }

    var holdsBytes: Bool { SSL_pending(session) > 0 }

    var isQuiet: Bool {
        // Messages of TLS itself, such as tickets, are taken here; they are no reason to give the connection up.
        ERR_clear_error()
        var (byte, count): (UInt8, Int) = (0, 0)
        let result = SSL_peek_ex(session, &byte, 1, &count)
        let kind = SSL_get_error(session, result)
        if kind == SSL_ERROR_SSL || kind == SSL_ERROR_SYSCALL { isSound = false }
        return result != 1 && kind == SSL_ERROR_WANT_READ
    }

    func events(toSend: Bool) -> Int32 {
        (toSend && !sendNeedsBytes) || receiveNeedsRoom ? POLLIN | POLLOUT : POLLIN
    }

    func end() {
        guard isSound else { return }
        isSound = false
        ERR_clear_error()
        SSL_shutdown(session)
    }

    private func failure(_ kind: Int32) -> RedisError {
        isSound = false
        if socketError != 0 { return RedisError(lost: peer, socketError) }
        if kind == SSL_ERROR_SYSCALL || isEndOfStream {
            return RedisError(.connectionLost, "\(peer): closed by the server")
        }
        return RedisError(.connectionLost, "\(peer): TLS: \(RedisTLSReason.ofLastError)")
    }

    private func reasonOfHandshake(_ kind: Int32) -> String {
        if socketError != 0 { return String(cString: strerror(socketError)) }
        let verified = SSL_get_verify_result(session)
        if verified != X509_V_OK {
            return "certificate verify failed: \(String(cString: X509_verify_cert_error_string(Int(verified))))"
        }
        if kind == SSL_ERROR_SYSCALL || isEndOfStream { return "the server closed the connection; does it speak TLS?" }
        let isPlain = reason == SSL_R_WRONG_VERSION_NUMBER
        return RedisTLSReason.ofLastError + (isPlain ? "; the server does not speak TLS" : "")
    }

    private var reason: Int32 { ERR_GET_REASON(ERR_peek_error()) }

    /// The connection ended without the other side's leave.
    private var isEndOfStream: Bool { reason == SSL_R_UNEXPECTED_EOF_WHILE_READING }

    /// 16 records.
    private static let sendLimit = 256 * 1024

    /// The socket as OpenSSL uses it. Made once and never changed, so every thread may use it.
    nonisolated(unsafe) private static let socketMethod: OpaquePointer = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket")
        precondition(method != nil, "out of memory")
        BIO_meth_set_write_ex(method) { bio, bytes, count, written in
            let transport = RedisTLSTransport.of(bio)
            tls_clear_retry(bio)
            let sent = Glibc.send(transport.descriptor, bytes, count, Int32(MSG_NOSIGNAL))
            if sent >= 0 {
                written?.pointee = sent
                return 1
            }
            // With EPIPE there may still be replies to read; reading then finds the end.
            if [EAGAIN, EINTR, EPIPE].contains(errno) {
                tls_retry_write(bio)
            } else {
                transport.socketError = errno
            }
            return 0
        }
        BIO_meth_set_read_ex(method) { bio, bytes, count, taken in
            let transport = RedisTLSTransport.of(bio)
            tls_clear_retry(bio)
            let received = recv(transport.descriptor, bytes, count, 0)
            if received > 0 {
                taken?.pointee = received
                return 1
            }
            if received < 0, errno == EAGAIN || errno == EINTR {
                tls_retry_read(bio)
            } else if received < 0 {
                transport.socketError = errno
            }
            return 0
        }
        // OpenSSL asks to flush, for which there is nothing to do, and for what sockets of files cannot.
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method!
    }()

    private static func of(_ bio: OpaquePointer?) -> RedisTLSTransport {
        Unmanaged<RedisTLSTransport>.fromOpaque(BIO_get_data(bio)).takeUnretainedValue()
    }
}
