#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Swift sees no macro that takes arguments.
static inline int tls_set_min_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}
static inline void tls_set_mode(SSL *tls, long mode) { SSL_set_mode(tls, mode); }
static inline void tls_forbid_renegotiation(SSL *tls) { SSL_set_options(tls, SSL_OP_NO_RENEGOTIATION); }
static inline int tls_set_server_name(SSL *tls, const char *name) { return SSL_set_tlsext_host_name(tls, name); }
static inline void tls_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void tls_retry_write(BIO *bio) { BIO_set_retry_write(bio); }
static inline void tls_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
