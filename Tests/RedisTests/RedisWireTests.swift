import Testing

@testable import Redis

/// What goes over the wire and what is read from text; no Redis is needed.
struct RedisWireTests {
    private func text(_ batch: RedisBatch) -> String { String(decoding: batch.bytes, as: UTF8.self) }

    @Test func `a command is its words with their lengths`() {
        var batch = RedisBatch()
        batch.append("XADD", "kéy", RedisStreamID(ms: 5, seq: 0), "r", [UInt8]("abc".utf8), Int64(-120))
        #expect(text(batch) == "*6\r\n$4\r\nXADD\r\n$4\r\nkéy\r\n$3\r\n5-0\r\n$1\r\nr\r\n$3\r\nabc\r\n$4\r\n-120\r\n")
    }

    @Test func `integers are written to their last digit`() {
        var batch = RedisBatch()
        batch.append("X", 0, 9, 10, Int64.min, Int64.max)
        batch.append("Y", UInt64.max)
        #expect(
            text(batch)
                == "*6\r\n$1\r\nX\r\n$1\r\n0\r\n$1\r\n9\r\n$2\r\n10\r\n$20\r\n-9223372036854775808\r\n"
                + "$19\r\n9223372036854775807\r\n*2\r\n$1\r\nY\r\n$20\r\n18446744073709551615\r\n"
        )
    }

    @Test func `a list of arguments is written as the same arguments are`() {
        var (listed, spelled) = (RedisBatch(), RedisBatch())
        listed.append("DEL", arguments: ["a", [UInt8]("b".utf8)[...], 3])
        spelled.append("DEL", "a", [UInt8]("b".utf8), 3)
        #expect(text(listed) == text(spelled))
    }

    @Test func `batches are counted and emptied`() {
        var (one, all) = (RedisBatch(), RedisBatch())
        one.append("PING")
        one.append(RedisCommand("PING"))
        all.append(contentsOf: one)
        all.append(contentsOf: one)
        #expect(all.count == 4 && all.byteCount == 4 * "*1\r\n$4\r\nPING\r\n".utf8.count)
        all.removeAll()
        #expect(all.isEmpty && all.byteCount == 0)
    }

    @Test(arguments: [
        ("redis://example.org", "redis://example.org:6379/0"),
        ("redis://:secret@[::1]:7000/3", "redis://::1:7000/3"),
        ("redis://user:s%40cret@h:1", "redis://h:1/0"),
        ("rediss://:secret@h/2?sslmode=verify-ca&sslrootcert=/ca.pem", "rediss://h:6379/2"),
        ("rediss://h?sslcert=/c.pem&sslkey=/c.key", "rediss://h:6379/0"),
        ("unix:///tmp/a.sock", "unix:///tmp/a.sock?db=0"),
        ("unix:///tmp/a.sock?db=2", "unix:///tmp/a.sock?db=2"),
    ])
    func `a URL is read and printed without its password`(_ url: String, _ printed: String) throws {
        let configuration = try RedisConfiguration(url: url)
        #expect("\(configuration)" == printed)
        var dumped = ""
        dump([configuration], to: &dumped)
        #expect(!dumped.contains("cret"))
    }

    @Test func `what is encrypted is verified in full by the system's authorities, unless the URL says otherwise`()
        throws
    {
        let tls = try #require(try RedisConfiguration(url: "rediss://h").tls)
        #expect(tls.host == "h" && tls.mode == .verifyFull && tls.authorities == nil && tls.identity == nil)
        let other = try RedisConfiguration(url: "rediss://h?sslmode=verify-ca&sslrootcert=/a%20b&sslcert=/c&sslkey=/k")
            .tls
        #expect(other?.mode == .verifyAuthority && other?.authorities == "/a b")
        #expect(other?.identity == RedisTLS.Identity(certificate: "/c", key: "/k"))
        #expect(try RedisConfiguration(url: "redis://h").tls == nil)
    }

    @Test(arguments: [
        "rediss://", "rediss://h?sslmode=prefer", "rediss://h?sslmode=", "rediss://h?sslrootcert", "rediss://h?ssl=1",
        "rediss://h?sslcert=/c", "rediss://h?sslkey=/k", "rediss://h?sslmode=require&sslrootcert=/ca",
        "rediss://h?sslmode=require&sslmode=verify-full", "redis://h?sslmode=require", "unix:///s?sslrootcert=/ca",
    ])
    func `half of what TLS needs, or what it would not honour, is refused`(_ url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidURL)
    }

    @Test(arguments: [
        "", "localhost:6379", "http://h", "redis://", "redis://h/x", "redis://h:70000", "unix://", "unix:///s?db=a",
    ])
    func `a URL of something else is refused`(_ url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidURL)
    }

    @Test func `stream ids are read, printed and ordered`() {
        #expect(RedisStreamID("12-3") == RedisStreamID(ms: 12, seq: 3))
        #expect(RedisStreamID("12") == RedisStreamID(ms: 12, seq: 0))
        #expect(RedisStreamID("18446744073709551615-18446744073709551615")?.description.count == 41)
        for wrong in ["", "-", "1-", "-1", "1-2-3", "$", "a-1"] { #expect(RedisStreamID(wrong) == nil) }
        #expect(RedisStreamID(ms: 2, seq: 0) > RedisStreamID(ms: 1, seq: 9))
        #expect(RedisStreamID(ms: 1, seq: 9) > RedisStreamID(ms: 1, seq: 8))
    }

    @Test func `what is no list of entries is refused`() throws {
        #expect(try RedisStreamEntry.read(.null).isEmpty)
        for wrong: RedisValue in [.integer(1), .array([.integer(1)]), .array([.array([.status("k")])])] {
            let error = #expect(throws: RedisError.self) { try RedisStreamEntry.read(wrong) }
            #expect(error?.code == .protocolError)
        }
    }
}
