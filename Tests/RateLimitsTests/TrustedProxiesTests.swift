import Testing

@testable import RateLimits

struct TrustedProxiesTests {
    private static func proxies(_ header: TrustedProxies.Header = .xForwardedFor) throws -> TrustedProxies {
        try #require(TrustedProxies("10.0.0.0/8, 2001:db8:ffff::/48,192.0.2.200", by: header))
    }

    @Test func `an address that is no proxy's is believed nothing`() throws {
        for peer in ["192.0.2.1", "2001:db8::1", "11.0.0.1", "", "no address"] {
            #expect(try Self.proxies().client(of: peer, telling: ["198.51.100.7"]) == peer)
        }
        #expect(TrustedProxies.none.client(of: "10.0.0.1", telling: ["198.51.100.7"]) == "10.0.0.1")
    }

    @Test(
        arguments: [
            (["192.0.2.1"], "192.0.2.1"),
            ([], "10.0.0.7"),
            ([""], "10.0.0.7"),
            // What the client has made up stands before what the proxies wrote.
            (["1.2.3.4, 192.0.2.9, 10.0.0.3"], "192.0.2.9"),
            (["1.2.3.4", "192.0.2.9 , 10.0.0.3"], "192.0.2.9"),
            (["10.0.0.5, 10.0.0.3"], "10.0.0.5"),
            (["192.0.2.9, nonsense"], "10.0.0.7"),
            (["nonsense, 10.0.0.3"], "10.0.0.3"),
            (["192.0.2.9:4711"], "192.0.2.9"),
            (["[2001:db8::9]:4711, 2001:db8:ffff::1"], "2001:db8::9"),
            (["2001:db8::9,192.0.2.200"], "2001:db8::9"),
            (["::ffff:192.0.2.9"], "::ffff:192.0.2.9"),
            ([String(repeating: "1.2.3.4, ", count: 5_000) + "192.0.2.9"], "192.0.2.9"),
        ]
    )
    func `the client is the right-most that is no proxy`(fields: [String], client: String) throws {
        #expect(try Self.proxies().client(of: "10.0.0.7", telling: fields) == client)
        #expect(try Self.proxies().client(of: "::ffff:10.0.0.7", telling: ["192.0.2.1"]) == "192.0.2.1")
    }

    @Test(
        arguments: [
            (["for=192.0.2.1"], "192.0.2.1"),
            ([#"for=1.2.3.4, For="192.0.2.9:47";proto=http;by=10.0.0.3, for=10.0.0.3"#], "192.0.2.9"),
            ([#"by=10.0.0.3;for="[2001:db8::9]:4711""#], "2001:db8::9"),
            // A comma in quotes ends nothing.
            ([#"for=192.0.2.9, for="1.2.3.4, 5.6.7.8""#], "10.0.0.7"),
            ([#"for=192.0.2.9, for=_hidden"#], "10.0.0.7"),
            ([#"for=192.0.2.9, proto=https"#], "10.0.0.7"),
        ]
    )
    func `the same by the header of RFC 7239`(fields: [String], client: String) throws {
        #expect(try Self.proxies(.forwarded).client(of: "10.0.0.7", telling: fields) == client)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::1/129", "10.0.0", "a,b", "10.0.0.1,"])
    func `what is no list of networks is refused`(list: String) {
        #expect(TrustedProxies(list, by: .forwarded) == nil)
    }

    @Test(
        arguments: [
            ("192.0.2.0/25", "192.0.2.127", true), ("192.0.2.0/25", "192.0.2.128", false),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("0.0.0.0/0", "203.0.113.1", true), ("0.0.0.0/0", "::1", false),
            ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true),
        ]
    )
    func `a network holds those that begin alike`(network: String, address: String, isIn: Bool) throws {
        #expect(try #require(Network(network)).contains(#require(NetworkAddress(address))) == isIn)
    }
}
