import Foundation
import Settings
import Testing

/// What is said in five places, and what comes of it.
struct SettingsTests {
    private let folder = NSTemporaryDirectory() + "/daybook-settings-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func file(_ text: String, mode: Int = 0o600, name: String = "daybook.yaml") throws -> String {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func settings(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: String? = nil,
        sections: Set<Declaration.Section> = Set(Declaration.Section.allCases)
    ) throws -> Settings {
        try Settings(Settings.Start(flags: flags, environment: environment, file: file, sections: sections))
    }

    private func faults(_ body: () throws -> Settings) -> [String] {
        do { _ = try body() } catch let fault as SettingsFault { return fault.faults } catch { Issue.record(error) }
        return []
    }

    private func shown(_ settings: Settings, _ key: String) throws -> String {
        let declaration = try #require(Catalog.daybook.declarations.first { $0.key == key })
        let (value, origin) = settings.shown(declaration)
        return "\(value) \(origin)"
    }

    @Test func `the first place that says something counts`() throws {
        let path = try file("redis: unix:///file\n")
        let secret = try file("unix:///secret\n", name: "redis.secret")
        var environment = ["DAYBOOK_REDIS_FILE": secret, "DAYBOOK_REDIS": "unix:///environment"]
        let flags = ["redis": "unix:///flag"]
        #expect(try settings(flags: flags, environment: environment, file: path)[\.redis] == "unix:///flag")
        #expect(try shown(try settings(flags: flags), "redis") == "<set> --redis")
        #expect(try settings(environment: environment, file: path)[\.redis] == "unix:///environment")
        // Cleared, a variable says nothing.
        environment["DAYBOOK_REDIS"] = ""
        let third = try settings(environment: environment, file: path)
        #expect(third[\.redis] == "unix:///secret")
        #expect(try shown(third, "redis") == "<set> \(secret)")
        let fourth = try settings(file: path)
        #expect(fourth[\.redis] == "unix:///file")
        #expect(try shown(fourth, "redis") == "<set> \(path):1")
        #expect(try settings()[\.redis] == "redis://127.0.0.1:6379")
        #expect(try shown(try settings(), "redis") == "redis://127.0.0.1:6379 default")
    }

    @Test func `values have their types`() throws {
        let path = try file(
            """
            # All kinds.
            http: {port: 9000}
            log.level: debug
            log:
              format: json
            drain-seconds: 7
            role: [projector, fanout]
            metrics.port: 9100
            heads: ""
            """
        )
        let settings = try settings(file: path)
        #expect(settings[\.httpPort] == 9000)
        #expect(settings[\.logLevel] == .debug)
        #expect(settings[\.logFormat] == .json)
        #expect(settings[\.drain] == .seconds(7))
        #expect(settings[\.role] == [.projector, .fanout])
        #expect(settings[\.metricsPort] == 9100)
        #expect(settings[\.heads] == nil)
        #expect(settings[\.schema] == nil)
        #expect(try shown(settings, "http.port") == "9000 \(path):2")
        #expect(try self.settings(flags: ["role": "all"])[\.role] == Set(ServingRole.allCases))
    }

    @Test func `JSON will do, and so will a file with nothing in it`() throws {
        let json = try file(#"{"http": {"port": 9000}, "role": "heads"}"#)
        #expect(try settings(file: json)[\.httpPort] == 9000)
        #expect(try settings(file: try file("# later\n"))[\.httpPort] == 8080)
    }

    @Test(
        arguments: [
            ("http.prot: 8081", ":1: there is no setting 'http.prot'"),
            ("http:\n  prot: 8081", ":2: there is no setting 'http.prot'"),
            ("partition-count: 4", ":1: there is no setting 'partition-count'; it is called 'partitions' here"),
            ("DAYBOOK_POSTGRES: x", ":1: there is no setting 'DAYBOOK_POSTGRES'; it is called 'postgres' here"),
            ("\nhttp.port: many", ":2: http.port: expected a whole number from 1 to 65535"),
            ("http.port: 0", ":1: http.port: expected a whole number from 1 to 65535"),
            ("http.port: [1]", ":1: http.port: expected a whole number from 1 to 65535"),
            ("http.port:", ":1: http.port: expected a whole number from 1 to 65535"),
            ("drain-seconds: 1.5", ":1: drain-seconds: expected whole seconds from 0 to 3600"),
            ("role: [projector, reader]", ":1: role: expected all, or some of"),
            ("log.level: loud", ":1: log.level: expected one of trace, debug, info"),
            ("postgres: {host: db}", ":1: postgres: expected libpq keywords or a URL"),
            ("http.port: 1\nhttp: {port: 2}", ":2: http.port stands here twice"),
            ("redis: a\nredis: b", "redis stands here twice"), ("- postgres", ": expected settings as key: value"),
            ("redis: \"open", ": not YAML"),
        ]
    )
    func `what cannot be right is told with its place`(text: String, expected: String) throws {
        let path = try file(text)
        let faults = faults { try settings(file: path) }
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix(path) == true && faults.first?.contains(expected) == true, "\(faults)")
    }

    @Test func `all faults are told at once, and no value`() throws {
        let path = try file("redis: \"zq\nhttp.port: zq\n")
        #expect(!faults { try settings(file: path) }.joined().contains("zq"))
        let other = try file("http.port: zq\nzq-no: 1\npartitions: zq\n")
        let environment = ["DAYBOOK_READY_LAG": "zq", "LOG_LEVEL": "zq"]
        let faults = faults { try settings(environment: environment, file: other) }
        #expect(faults.count == 5)
        #expect(faults.contains("DAYBOOK_READY_LAG: expected whole seconds from 1 to 86400"))
        #expect(!faults.joined().replacing("zq-no", with: "").contains("zq"))
        #expect(self.faults { try settings(file: "\(folder)/nowhere") }.first?.contains("nowhere") == true)
    }

    @Test func `what a subcommand does not read it does not check, but for the file`() throws {
        let environment = ["DAYBOOK_HTTP_PORT": "tcp://10.0.0.1:80", "DAYBOOK_REDIS_FILE": "\(folder)/nowhere"]
        #expect(try settings(environment: environment, sections: [.logs])[\.logLevel] == .info)
        let path = try file("http.port: many")
        #expect(faults { try settings(file: path, sections: [.logs]) }.count == 1)
        #expect(faults { try settings(environment: environment) }.count == 2)
    }

    @Test func `a file with a secret belongs to its reader alone`() throws {
        for (mode, isRefused, warnings) in [(0o600, false, 0), (0o400, false, 0), (0o640, false, 1), (0o644, true, 0)] {
            let secret = try file("host=db password=zq", mode: mode, name: "secret")
            for start in [
                Settings.Start(
                    flags: [:],
                    environment: ["DAYBOOK_POSTGRES_FILE": secret],
                    file: nil,
                    sections: [.stores]
                ),
                Settings.Start(flags: ["master-key-file": secret], environment: [:], file: nil, sections: [.stores]),
                Settings.Start(
                    flags: [:],
                    environment: [:],
                    file: try file("postgres: host=db password=zq", mode: mode),
                    sections: [.stores]
                ),
            ] {
                if isRefused {
                    let fault = #expect(throws: SettingsFault.self) { try Settings(start) }
                    #expect(fault?.faults.count == 1 && fault?.description.contains("zq") == false)
                } else {
                    #expect(try Settings(start).warnings.count == warnings)
                }
            }
        }
        // One that does not count is no less a secret.
        let open = try file("postgres: host=db password=zq", mode: 0o644)
        #expect(faults { try settings(flags: ["postgres": "host=other"], file: open) }.count == 1)
        // Without a secret in it everybody may read it.
        #expect(try settings(file: try file("http.port: 1", mode: 0o644))[\.httpPort] == 1)
    }

    @Test func `of a file that has changed only what can change at once is taken over`() throws {
        let path = try file("log.level: info\nhttp.port: 8081\ndrain-seconds: 1\n")
        let environment = ["DAYBOOK_DRAIN_SECONDS": "3"]
        let old = try settings(environment: environment, file: path)
        _ = try file("log.level: debug\nhttp.port: 8082\ndrain-seconds: 2\n")
        let read = try old.readAgain()
        let new = old.adopting(read)
        #expect(new[\.logLevel] == .debug)
        #expect(new[\.httpPort] == 8081)
        #expect(new[\.drain] == .seconds(3))
        #expect(old.changes(to: new).map(\.key) == ["log.level"])
        #expect(new.changes(to: read).map(\.key) == ["http.port"])
        _ = try file("log.level: loud\n")
        #expect(throws: SettingsFault.self) { try new.readAgain() }
    }
}
