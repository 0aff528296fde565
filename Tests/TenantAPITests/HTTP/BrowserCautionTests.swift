import GatewayHTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

struct BrowserCautionTests {
    private static let names = [
        "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy", "Strict-Transport-Security",
    ].compactMap { HTTPField.Name($0) }

    private static func headers(of path: String, isSecure: Bool) async throws -> [String?] {
        let router = Router<DaybookRequestContext>.daybook(isSecure: isSecure)
        router.get("/page") { _, _ in
            Response(status: .ok, headers: [.contentSecurityPolicy: "default-src 'self'"])
        }
        router.get("/plain") { _, _ in Response(status: .ok) }
        return try await Application(router: router).test(.router) { client in
            try await client.execute(uri: path, method: .get) { response in names.map { response.headers[$0] } }
        }
    }

    @Test(arguments: ["/plain", "/nowhere"])
    func `every answer tells browsers to be careful with it`(path: String) async throws {
        let told = ["nosniff", "no-referrer", "default-src 'none'; frame-ancestors 'none'"]
        #expect(try await Self.headers(of: path, isSecure: false) == told + [nil])
        #expect(try await Self.headers(of: path, isSecure: true) == told + ["max-age=31536000"])
    }

    @Test func `what an endpoint says itself stays`() async throws {
        #expect(
            try await Self.headers(of: "/page", isSecure: false) == [
                "nosniff", "no-referrer", "default-src 'self'", nil,
            ]
        )
    }
}
