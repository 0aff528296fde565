import Foundation
import TestSupport
import Testing

@testable import Redis

/// Every test has a Redis of its own that speaks TLS.
struct RedisTLSTests {
    /// What connecting fails with.
    private func failure(_ url: String) throws -> RedisError {
        let configuration = try RedisConfiguration(url: url, connectTimeout: .seconds(1))
        var error: RedisError?
        let elapsed = ContinuousClock().measure {
            error = #expect(throws: RedisError.self) { try RedisConnection(configuration) }
        }
        #expect(elapsed < .seconds(4))
        return try #require(error)
    }

    @Test func `a server whose certificate is good is spoken to`() async throws {
        let server = try await TLSRedis()
        for host in ["localhost", "127.0.0.1"] {
            let redis = try RedisConnection(RedisConfiguration(url: server.url(host: host)))
            #expect(try redis.send(RedisCommand("PING")) == .status("PONG"))
            // The tickets that the server sends after the handshake are nothing unexpected.
            #expect(redis.isHealthy)
        }
    }

    @Test func `a certificate of an authority that is not trusted is refused`() async throws {
        let (server, other) = (try await TLSRedis(), try await TLSRedis())
        let stranger = other.certificates.authority.certificate
        for mode in ["verify-full", "verify-ca"] {
            for query in ["sslmode=\(mode)", "sslmode=\(mode)&sslrootcert=\(stranger)"] {
                let error = try failure(server.url(query))
                #expect(error.code == .connectionFailed)
                #expect(error.message.hasPrefix("localhost:\(server.port): TLS: certificate verify failed: "))
            }
        }
        #expect(try failure(server.url("")).message.hasSuffix("self-signed certificate in certificate chain"))
    }

    @Test func `a certificate for another host is refused, unless nobody asks for whom it is`() async throws {
        let server = try await TLSRedis(for: "DNS:elsewhere.example")
        let authority = "sslrootcert=\(server.certificates.authority.certificate)"
        #expect(try failure(server.url()).message.hasSuffix("certificate verify failed: hostname mismatch"))
        #expect(
            try failure(server.url(host: "127.0.0.1")).message.hasSuffix(
                "certificate verify failed: IP address mismatch"
            )
        )
        for query in ["\(authority)&sslmode=verify-ca", "sslmode=require"] {
            #expect(try RedisConnection(RedisConfiguration(url: server.url(query))).isHealthy)
        }
    }

    @Test func `a certificate that has expired is refused`() async throws {
        let server = try await TLSRedis(days: -1)
        #expect(try failure(server.url()).message.hasSuffix("certificate verify failed: certificate has expired"))
    }

    @Test func `a server that asks for a certificate is shown one`() async throws {
        let server = try await TLSRedis(asksForCertificates: true)
        let none = try failure(server.url())
        #expect(none.code == .connectionFailed)
        // The server says so too, if it is heard before it hangs up.
        #expect(none.message.hasSuffix("does the server want a certificate (sslcert, sslkey)?"))

        let client = try server.certificates.sign("client")
        let given = "\(server.url())&sslcert=\(client.certificate)&sslkey=\(client.key)"
        #expect(try RedisConnection(RedisConfiguration(url: given)).isHealthy)

        let other = try server.certificates.sign("other")
        let mixed = try failure("\(server.url())&sslcert=\(client.certificate)&sslkey=\(other.key)")
        #expect(mixed.message == "TLS: sslkey \(other.key): key values mismatch")
    }

    @Test func `files are read anew for each connection`() async throws {
        let server = try await TLSRedis()
        let file = server.certificates.authority.certificate + ".late"
        let redis = RedisClient(try RedisConfiguration(url: server.url("sslrootcert=\(file)")))
        let error = await #expect(throws: RedisError.self) { try await redis.send(RedisCommand("PING")) }
        #expect(error?.description == "connectionFailed: TLS: sslrootcert \(file): No such file or directory")
        try FileManager.default.copyItem(atPath: server.certificates.authority.certificate, toPath: file)
        try await eventually(of: redis)
        await redis.close()
    }

    /// Waits until the client's next attempt has worked.
    private func eventually(of redis: RedisClient) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                _ = try await redis.send(RedisCommand("PING"))
                return
            } catch {
                try #require(error.code == .connectionFailed && ContinuousClock.now < deadline)
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    @Test func `megabytes go both ways at once`() async throws {
        let server = try await TLSRedis()
        let redis = try RedisConnection(server.configuration(commandTimeout: .seconds(60)))
        let megabyte = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var batch = RedisBatch()
        for _ in 0..<40 { batch.append("ECHO", megabyte) }
        for reply in try redis.pipeline(batch) { #expect(reply.bytes == megabyte) }

        let large = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17) }
        _ = try redis.send(RedisCommand("SET", "large", large))
        #expect(try redis.send(RedisCommand("GET", "large")).bytes == large)
        #expect(redis.isHealthy)
    }

    @Test func `ten thousand entries are written in one batch`() async throws {
        let server = try await TLSRedis()
        let redis = try RedisConnection(server.configuration())
        var batch = RedisBatch()
        for number in 1...10_000 { batch.append("XADD", "stream:\(number % 100)", "\(number)-0", "r", "reference") }
        #expect(try redis.pipelineCounting(batch) == RedisTally(ok: 10_000))
    }

    @Test func `a client's callers and a reader of streams use it as any Redis`() async throws {
        let server = try await TLSRedis()
        let configuration = try server.configuration()
        let collected = Collected<RedisStreamEntry>()
        let reader = RedisStreamReader(configuration, streams: ["s": .after(.zero)]) {
            collected.add($0)
        } onGap: {
        }
        let redis = RedisClient(configuration, connections: 2)
        try await withThrowingTaskGroup { group in
            for number in 0..<500 {
                group.addTask {
                    let reply = try await redis.send(RedisCommand("ECHO", "\(number)"))
                    #expect(reply.int == Int64(number))
                    _ = try await redis.send(RedisCommand("XADD", "s", "*", "n", number))
                }
            }
            try await group.waitForAll()
        }
        try await RedisTests.eventually { collected.all.count == 500 }
        await reader.close()
        await redis.close()
    }

    @Test func `a server killed in the middle is a lost connection, to writers too`() async throws {
        let server = try await TLSRedis()
        let (idle, reading) = (try RedisConnection(server.configuration()), try RedisConnection(server.configuration()))
        let writing = try RedisConnection(server.configuration(commandTimeout: .seconds(30)))
        _ = try writing.send(RedisCommand("CLIENT", "PAUSE", 20_000, "ALL"))
        Thread.detachNewThread {
            // By then there are more bytes under way than all buffers hold, and Redis reads none of them.
            Thread.sleep(forTimeInterval: 0.3)
            server.kill()
        }
        var batch = RedisBatch()
        for _ in 0..<64 { batch.append("ECHO", [UInt8](repeating: 0x61, count: 1_048_576)) }
        let lost = #expect(throws: RedisError.self) { try writing.pipelineCounting(batch) }
        #expect(lost?.code == .connectionLost)
        let unread = #expect(throws: RedisError.self) { try reading.send(RedisCommand("PING")) }
        #expect(unread?.code == .connectionLost)
        try await RedisTests.eventually { !idle.isHealthy && !reading.isHealthy && !writing.isHealthy }
        try await RedisTests.eventually { try failure(server.url()).message.hasSuffix("Connection refused") }
    }

    @Test func `a connection killed while idle is replaced unnoticed, and kept otherwise`() async throws {
        let server = try await TLSRedis()
        let redis = RedisClient(try server.configuration())
        let killer = try RedisConnection(server.configuration())
        for _ in 0..<3 {
            let id = try #require(try await redis.send(RedisCommand("CLIENT", "ID")).int)
            #expect(try await redis.send(RedisCommand("CLIENT", "ID")).int == id)
            #expect(try killer.send(RedisCommand("CLIENT", "KILL", "ID", id)) == .integer(1))
            let next = try #require(try await redis.send(RedisCommand("CLIENT", "ID")).int)
            #expect(next != id)
        }
        await redis.close()
    }

    @Test func `a reply that does not come in time ends the connection`() async throws {
        let server = try await TLSRedis()
        let redis = try RedisConnection(server.configuration())
        let elapsed = ContinuousClock().measure {
            let error = #expect(throws: RedisError.self) {
                try redis.send(RedisCommand("BLPOP", "nothing", 10), timeout: .milliseconds(100))
            }
            #expect(error?.code == .timedOut)
        }
        #expect(elapsed > .milliseconds(99) && elapsed < .seconds(3))
        #expect(!redis.isHealthy)
    }

    @Test(.timeLimit(.minutes(20)))
    func `a wait is interrupted, for a reply as in the handshake`() async throws {
        let server = try await TLSRedis()
        let silent = try SilentListener()
        let handshake = try RedisConfiguration(url: "rediss://127.0.0.1:\(silent.port)", connectTimeout: .seconds(60))
        for configuration in [try server.configuration(), handshake] {
            let interrupt = RedisInterrupt()
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.2)
                interrupt.fire()
            }
            let error = #expect(throws: RedisError.self) {
                let redis = try RedisConnection(configuration, interrupt: interrupt)
                _ = try redis.send(RedisCommand("BLPOP", "nothing", 50), timeout: .seconds(55))
            }
            #expect(error?.code == .closed)
        }
    }

    @Test func `the server is told of the end`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString.prefix(8))")
        let certificates = try TestCertificates(in: folder)
        let pair = try certificates.sign("server")
        let (says, input) = (folder.appending(path: "says").path, Pipe())
        let server = try TLSRedis.start(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-msg", "-cert", pair.certificate, "-key", pair.key],
            saying: says,
            hearing: input
        )
        // A child has SIGTERM blocked, as the thread that starts it may.
        defer {
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        let port = try await TLSRedis.word(in: says, after: #/ACCEPT 127.0.0.1:(\d+)/#, of: server)
        // It answers no command, so the connection is given up after its time.
        let query = "sslrootcert=\(certificates.authority.certificate)"
        #expect(try failure("rediss://localhost:\(try #require(port))?\(query)").message.hasSuffix("no reply in time"))
        let notice = try await TLSRedis.word(in: says, after: #/<<< TLS 1.3, Alert .*(close_notify)/#, of: server)
        #expect(notice == "close_notify")
        try FileManager.default.removeItem(at: folder)
    }

    @Test func `a server without TLS is said to be one`() async throws {
        let plain = try await TLSRedis(isPlain: true)
        let error = try failure("rediss://127.0.0.1:\(plain.port)")
        #expect(error.code == .connectionFailed)
        #expect(error.message.contains("does the server speak it?") || error.message.contains("does not speak TLS"))
        let listener = try SilentListener()
        let silent = try failure("rediss://127.0.0.1:\(listener.port)")
        #expect(silent.message.hasSuffix("TLS: no answer in time; does the server speak it?"))
    }

    @Test func `a server that wants TLS is said to be one`() async throws {
        let server = try await TLSRedis()
        let error = try failure("redis://127.0.0.1:\(server.port)")
        #expect(error.code == .connectionFailed)
        #expect(error.message.hasSuffix("does the server want TLS (rediss://)?"))
    }
}
