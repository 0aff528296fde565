internal import Glibc
internal import HTTPTypes
package import Hummingbird
package import NIOCore

/// `/metrics`: what monitoring reads. It says how busy everything is, so it is nobody's business outside.
package struct MetricsRoute: Sendable {
    /// Writes the metrics in the form that the scraper's `Accept` asks for.
    package typealias Write = @Sendable (_ accept: String?) async -> (contentType: String, text: String)

    package enum Audience: Sendable {
        /// A listener of its own, which the operator has put where it belongs.
        case everybody
        /// Loopback and private networks, and nobody by way of a proxy: to all others the route is not there.
        case neighbours
    }

    private let audience: Audience
    private let write: Write

    package init(for audience: Audience, _ write: @escaping Write) {
        self.audience = audience
        self.write = write
    }

    package func add(to router: Router<DaybookRequestContext>) {
        router.get("/metrics") { request, context in
            guard audience == .everybody || Self.isNeighbour(request, context) else { throw HTTPError(.notFound) }
            let (contentType, text) = await write(request.headers[.accept])
            return Response(
                status: .ok,
                headers: [.contentType: contentType, .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))
            )
        }
    }

    private static func isNeighbour(_ request: Request, _ context: DaybookRequestContext) -> Bool {
        // A proxy is a neighbour, and says by these that it speaks for somebody else.
        guard !HTTPField.Name.ofProxies.contains(where: { request.headers[$0] != nil }) else { return false }
        return context.channel.remoteAddress?.isPrivate ?? false
    }
}

extension HTTPField.Name {
    fileprivate static let ofProxies = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].compactMap {
        HTTPField.Name($0)
    }
}

extension SocketAddress {
    /// Whether it is of this machine or of a network that the internet does not route to.
    package var isPrivate: Bool {
        switch self {
        case .v4: bytes(AF_INET, count: 4).map(Self.isPrivate(v4:)) ?? false
        case .v6: bytes(AF_INET6, count: 16).map(Self.isPrivate(v6:)) ?? false
        case .unixDomainSocket: true
        }
    }

    private func bytes(_ family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        guard let ipAddress, inet_pton(family, ipAddress, &bytes) == 1 else { return nil }
        return bytes
    }

    private static func isPrivate(v4 bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1]) {
        case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): true
        default: false
        }
    }

    private static func isPrivate(v6 bytes: [UInt8]) -> Bool {
        let zeros = [UInt8](repeating: 0, count: 10)
        if bytes.starts(with: zeros + [0xFF, 0xFF]) { return isPrivate(v4: Array(bytes.suffix(4))) }
        if bytes == zeros + [0, 0, 0, 0, 0, 1] { return true }
        // Unique local and link-local.
        return bytes[0] & 0xFE == 0xFC || bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }
}
