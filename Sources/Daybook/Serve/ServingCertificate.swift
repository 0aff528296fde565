internal import Foundation
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Settings
internal import Synchronization

/// The certificate that the serving port shows and its key: read before anything listens, and again when the files change.
final class ServingCertificate: Sendable {
    /// What a file was when it was read; links are followed, since that is how certificates are renewed.
    private struct Stamp: Equatable {
        let file: NSNumber?
        let size: NSNumber?
        let changed: Date?

        /// Nil if there is no such file.
        init?(_ path: String) {
            let target = URL(filePath: path).resolvingSymlinksInPath().path
            guard let found = try? FileManager.default.attributesOfItem(atPath: target) else { return nil }
            file = found[.systemFileNumber] as? NSNumber
            size = found[.size] as? NSNumber
            changed = found[.modificationDate] as? Date
        }
    }

    private struct State {
        var context: NIOSSLContext
        var stamps: [Stamp?]
    }

    private let certificate: String
    private let key: String
    private let state: Mutex<State>

    /// The files that the settings name; nil if they name neither.
    static func configured(_ settings: Settings) throws(ToolError) -> ServingCertificate? {
        switch (settings[\.tlsCertificate], settings[\.tlsKey]) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return try ServingCertificate(certificate: certificate, key: key)
        default: throw ToolError("TLS needs both a certificate and a key: --tls-certificate and --tls-key")
        }
    }

    private init(certificate: String, key: String) throws(ToolError) {
        self.certificate = certificate
        self.key = key
        // Looked at before they are read: what changes in between is read once more.
        let stamps = [Stamp(certificate), Stamp(key)]
        state = Mutex(State(context: try Self.read(certificate, key), stamps: stamps))
    }

    /// What the next connection is made with.
    var context: NIOSSLContext { state.withLock(\.context) }

    /// Looks every second whether the files have changed. A pair that cannot be used is logged, and the last good one stays.
    func watch(logger: Logger) async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let stamps = [Stamp(certificate), Stamp(key)]
            guard stamps != state.withLock(\.stamps) else { continue }
            do throws(ToolError) {
                let context = try Self.read(certificate, key)
                state.withLock { $0.context = context }
                logger.notice("took the new certificate", metadata: ["file": "\(certificate)"])
            } catch {
                logger.error("the new certificate is not used, the last one stays", metadata: ["error": "\(error)"])
            }
            state.withLock { $0.stamps = stamps }
        }
    }

    private static func read(_ certificate: String, _ key: String) throws(ToolError) -> NIOSSLContext {
        let (chainBytes, keyBytes) = (try bytes(of: certificate), try bytes(of: key))
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(chainBytes), !chain.isEmpty else {
            throw ToolError("there is no certificate in PEM in \(certificate)")
        }
        guard let privateKey = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) else {
            throw ToolError("there is no key in PEM, without a password, in \(key)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(privateKey)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // BoringSSL takes no key that is not the certificate's.
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw ToolError("the key in \(key) is not that of the certificate in \(certificate)")
        }
        return context
    }

    private static func bytes(of path: String) throws(ToolError) -> [UInt8] {
        do { return [UInt8](try Data(contentsOf: URL(filePath: path))) } catch {
            throw ToolError("cannot read \(path)")
        }
    }
}

/// A server's connections over TLS, each with the certificate of the moment at which it is made.
struct TLSConnections<Base: ServerChildChannel>: ServerChildChannel {
    private let base: Base
    private let certificate: ServingCertificate

    init(_ base: Base, _ certificate: ServingCertificate) {
        self.base = base
        self.certificate = certificate
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context))
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
