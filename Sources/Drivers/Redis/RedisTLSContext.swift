import CTLS
import Glibc

/// What OpenSSL needs for one connection. Made anew for each, so that renewed files are taken without a restart.
final class RedisTLSContext {
    private let context: OpaquePointer

    /// - Throws: `connectionFailed` for files that cannot be used.
    init(_ tls: RedisTLS) throws(RedisError) {
        Self.startLibrary
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw Self.fault("OpenSSL") }
        self.context = context
        guard tls_set_min_version(context, TLS1_2_VERSION) == 1 else { throw Self.fault("OpenSSL") }
        // Or OpenSSL would ask for it at the terminal.
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in -1 }
        if tls.mode != .encrypt { try trust(tls.authorities) }
        if let identity = tls.identity { try present(identity) }
    }

    deinit { SSL_CTX_free(context) }

    private func trust(_ authorities: String?) throws(RedisError) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        if let authorities {
            guard SSL_CTX_load_verify_locations(context, authorities, nil) == 1 else {
                throw Self.fault("sslrootcert \(authorities)")
            }
        } else {
            guard SSL_CTX_set_default_verify_paths(context) == 1 else { throw Self.fault("the system's authorities") }
        }
    }

    private func present(_ identity: RedisTLS.Identity) throws(RedisError) {
        guard SSL_CTX_use_certificate_chain_file(context, identity.certificate) == 1 else {
            throw Self.fault("sslcert \(identity.certificate)")
        }
        guard SSL_CTX_use_PrivateKey_file(context, identity.key, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(context) == 1
        else { throw Self.fault("sslkey \(identity.key)") }
    }

    /// A connection's state, not yet connected to anything; whoever receives it frees it.
    func makeSession(for tls: RedisTLS) throws(RedisError) -> OpaquePointer {
        guard let session = SSL_new(context) else { throw Self.fault("OpenSSL") }
        // A piece that was not sent whole is sent on from another place in memory.
        tls_set_mode(session, Int(SSL_MODE_ENABLE_PARTIAL_WRITE) | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        // A server of TLS 1.2 could otherwise ask to begin again at any time.
        tls_forbid_renegotiation(session)
        guard Self.expect(tls, of: session) else {
            SSL_free(session)
            throw Self.fault("the host of the URL")
        }
        SSL_set_connect_state(session)
        return session
    }

    /// Says whom the session is to reach, and has it check that where the mode says so.
    private static func expect(_ tls: RedisTLS, of session: OpaquePointer) -> Bool {
        let parameters = SSL_get0_param(session)
        let isVerified = tls.mode == .verifyFull
        if isAddress(tls.host) {
            return !isVerified || X509_VERIFY_PARAM_set1_ip_asc(parameters, tls.host) == 1
        }
        guard tls_set_server_name(session, tls.host) == 1 else { return false }
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return !isVerified || X509_VERIFY_PARAM_set1_host(parameters, tls.host, 0) == 1
    }

    private static func isAddress(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
    }

    /// Threads may still be at it when the process exits, so nothing is torn down under them then.
    private static let startLibrary: Void = { _ = OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) }()

    private static func fault(_ subject: String) -> RedisError {
        RedisError(.connectionFailed, "TLS: \(subject): \(RedisTLSReason.ofLastError)")
    }
}

/// What OpenSSL says was wrong, in its own fixed words: nothing of what was sent or of any key.
enum RedisTLSReason {
    /// The first error of the calling thread's queue, as what was the cause of the others.
    static var ofLastError: String {
        let code = ERR_get_error()
        ERR_clear_error()
        if code == 0 { return "no reason given" }
        if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
        // The system's own errors have no text in OpenSSL, only the number.
        return String(cString: strerror(Int32(truncatingIfNeeded: code & 0x7FFF_FFFF)))
    }
}
