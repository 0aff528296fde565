import GatewayHTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

struct MetricsRouteTests {
    @Test(
        arguments: [
            "127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.7.7", "169.254.1.1", "::1",
            "fd12::1", "fc00::1", "fe80::1", "febf::1", "::ffff:10.0.0.1",
        ]
    )
    func `an address that the internet does not route to is a neighbour's`(address: String) throws {
        #expect(try SocketAddress(ipAddress: address, port: 1).isPrivate)
    }

    @Test(
        arguments: [
            "8.8.8.8", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "128.0.0.1", "0.0.0.0", "2001:db8::1",
            "fec0::1", "::", "::2", "::ffff:8.8.8.8",
        ]
    )
    func `any other address is a stranger's`(address: String) throws {
        #expect(try !SocketAddress(ipAddress: address, port: 1).isPrivate)
    }

    private func status(for audience: MetricsRoute.Audience, headers: HTTPFields = [:]) async throws -> Int {
        let router = Router<DaybookRequestContext>.daybook()
        MetricsRoute(for: audience) { _ in ("text/plain", "daybook 1\n") }.add(to: router)
        let app = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
        )
        return try await app.test(.live) { client in
            try await client.execute(uri: "/metrics", method: .get, headers: headers) { $0.status.code }
        }
    }

    @Test func `a neighbour gets them, unless a proxy asks for somebody else`() async throws {
        #expect(try await status(for: .neighbours) == 200)
        for name in ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"] {
            let headers: HTTPFields = [try #require(HTTPField.Name(name)): "for=8.8.8.8"]
            #expect(try await status(for: .neighbours, headers: headers) == 404)
            #expect(try await status(for: .everybody, headers: headers) == 200)
        }
    }
}
