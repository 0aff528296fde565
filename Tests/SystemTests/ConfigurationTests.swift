import Foundation
import Settings
import TestSupport
import Testing

/// Settings by file, environment and flags, as an operator gives them.
struct ConfigurationTests {
    private func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// What `daybook config check` says of each key.
    private func lines(_ output: String) -> [String: [Substring]] {
        var found: [String: [Substring]] = [:]
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            found[String(words[0])] = Array(words.dropFirst())
        }
        return found
    }

    /// Something that a setting can be, other than its default.
    ///
    /// - Parameter authorities: a file with certificates.
    private func sample(_ declaration: Declaration, _ authorities: String) -> String {
        switch declaration.kind {
        case .text where declaration.key == "mail.smtp.authorities": authorities
        case .text where declaration.key == "mail.sender": "daybook@example.com"
        case .text where declaration.key == "mail.smtp.host": "mail.example.com"
        case .text, .secretFile: "/tmp/some-\(declaration.key)"
        case .number(let range), .seconds(let range): "\(range.upperBound)"
        case .choice(let names), .choices(let names): names.last ?? ""
        }
    }

    @Test func `every flag, variable and key arrives`() async throws {
        try await Installation.run { (installation) async throws in
            let folder = URL(filePath: "\(installation.folder)/certificates")
            let authorities = try TestCertificates(in: folder).authority.certificate
            // Mail goes one way.
            let declarations = Catalog.daybook.declarations.filter { $0.key != "mail.folder" }
            var environment = installation.environment.filter { $0.key == "PATH" || $0.key == "LD_LIBRARY_PATH" }
            let flags = declarations.flatMap { declaration in
                declaration.flag.map { ["--\($0)", sample(declaration, authorities)] } ?? []
            }
            let byFlag = try await installation.attempt(["config", "check"] + flags, environment: environment)
            #expect(byFlag.status == 0, "\(byFlag.errors)")
            let file = "\(installation.folder)/all.yaml"
            try write(declarations.map { "\($0.key): \(sample($0, authorities))\n" }.joined(), to: file)
            let byFile = try await installation.attempt(
                ["config", "check", "--config", file],
                environment: environment
            )
            #expect(byFile.status == 0, "\(byFile.errors)")
            for declaration in declarations { environment[declaration.environment] = sample(declaration, authorities) }
            let byVariable = try await installation.attempt(["config", "check"], environment: environment)
            #expect(byVariable.status == 0, "\(byVariable.errors)")

            for (number, declaration) in declarations.enumerated() {
                let value = declaration.isSecret ? "<set>" : sample(declaration, authorities)
                #expect(lines(byVariable.output)[declaration.key] == [value[...], declaration.environment[...]])
                #expect(lines(byFile.output)[declaration.key] == [value[...], "\(file):\(number + 1)"])
                guard let flag = declaration.flag else { continue }
                #expect(lines(byFlag.output)[declaration.key] == [value[...], "--\(flag)"])
            }
        }
    }

    @Test func `the reference is printed, and help tells every flag of serve`() async throws {
        try await Installation.run { (installation) async throws in
            #expect(try await installation.tool("config", "reference") == Reference.markdown())
            let help = try await installation.tool("serve", "--help")
            for declaration in Catalog.daybook.declarations {
                guard let flag = declaration.flag else { continue }
                #expect(help.contains("--\(flag) ") && help.contains("[\(declaration.environment)]"))
            }
        }
    }

    @Test func `a process is configured by a file and files with secrets alone`() async throws {
        try await Installation.run { (installation) async throws in
            var environment = installation.environment
            let names = [
                "DAYBOOK_CONTROL_DATABASE", "DAYBOOK_PRODUCT_DATABASE", "DAYBOOK_MASTER_KEY_FILE", "DAYBOOK_SCHEMA",
            ]
            let keys = names.map { $0.dropFirst("DAYBOOK_".count).lowercased().replacing("_", with: "-") }
            let config = "\(installation.folder)/daybook.yaml"
            var text = ""
            for (name, key) in zip(names, keys) { text += "\(key): \(try #require(environment[name]))\n" }
            try write(text, to: config, mode: 0o644)
            for name in ["DAYBOOK_POSTGRES", "DAYBOOK_REDIS"] {
                try write(try #require(environment[name]) + "\n", to: "\(installation.folder)/\(name)")
                environment[name + "_FILE"] = "\(installation.folder)/\(name)"
            }
            for name in names + ["DAYBOOK_POSTGRES", "DAYBOOK_REDIS"] { environment[name] = nil }
            environment["DAYBOOK_CONFIG"] = config
            let status = try await installation.attempt(["status"], environment: environment)
            #expect(status.status == 0 && status.output.contains("answers"), "\(status.errors)")

            let secret = "zq\(UInt32.random(in: 0...UInt32.max))"
            try write("redis://:\(secret)@127.0.0.1", to: "\(installation.folder)/DAYBOOK_REDIS", mode: 0o644)
            let refused = try await installation.attempt(["serve", "--port", "1"], environment: environment)
            #expect(refused.status != 0)
            #expect(refused.errors.contains("\(installation.folder)/DAYBOOK_REDIS holds a secret"))
            #expect(!(refused.errors + refused.output).contains(secret))
        }
    }

    @Test func `nothing starts with a setting that cannot be right`() async throws {
        try await Installation.run { (installation) async throws in
            let config = "\(installation.folder)/daybook.yaml"
            try write("http:\n  port: 80800\nredis-url: x\n", to: config)
            for command in [["serve"], ["migrate"], ["status"], ["config", "check"]] {
                let result = try await installation.attempt(command + ["--config", config])
                #expect(result.status != 0 && result.output.isEmpty)
                #expect(result.errors.contains("\(config):2: http.port: expected a whole number from 1 to 65535"))
                #expect(result.errors.contains("\(config):3: there is no setting 'redis-url'"))
            }
            var environment = installation.environment
            environment["DAYBOOK_PARTITIONS"] = "many"
            let result = try await installation.attempt(["migrate"], environment: environment)
            #expect(result.status != 0 && result.errors.contains("DAYBOOK_PARTITIONS: expected a whole number"))
        }
    }

    @Test func `mail that cannot be delivered so is refused before anything starts`() async throws {
        try await Installation.run { (installation) async throws in
            let cases: [([String: String], String)] = [
                (["FOLDER": "/tmp/mail", "SMTP_HOST": "mail.example.com"], "mail goes one way"),
                (["SMTP_HOST": "mail.example.com", "SENDER": ""], "mail.sender"),
                (["SMTP_HOST": "mail.example.com", "SENDER": "daybook"], "mail.sender"),
                (["SMTP_HOST": "smtp://mail.example.com"], "no name and no address"),
                (["SMTP_HOST": "mail.example.com", "SMTP_SECURITY": "none"], "only encrypted"),
                (["SMTP_HOST": "mail.example.com", "SMTP_SECURITY": "ssl"], "expected one of starttls"),
                (["SMTP_HOST": "mail.example.com", "SMTP_PORT": "0"], "expected a whole number"),
                (["SMTP_HOST": "mail.example.com", "SMTP_USER": "daybook"], "there is no mail.smtp.password"),
                (["SMTP_HOST": "mail.example.com", "SMTP_PASSWORD": "zq17"], "there is no mail.smtp.user"),
                (["SMTP_PASSWORD": "zq17", "SMTP_USER": "daybook"], "there is no mail.smtp.host"),
                (["SMTP_HOST": "mail.example.com", "SMTP_AUTHORITIES": "/nowhere.pem"], "certificates to trust"),
            ]
            for (said, fault) in cases {
                var environment = installation.environment
                environment["DAYBOOK_MAIL_SENDER"] = "daybook@example.com"
                for (name, value) in said { environment["DAYBOOK_MAIL_\(name)"] = value }
                for command in [["config", "check"], ["serve", "--port", "1"]] {
                    let result = try await installation.attempt(command, environment: environment)
                    #expect(result.status != 0 && result.errors.contains(fault), "\(said): \(result.errors)")
                    #expect(!(result.errors + result.output).contains("zq17"))
                }
            }
        }
    }

    @Test func `a hangup has the file read again`() async throws {
        try await Installation.run { (installation) async throws in
            let config = "\(installation.folder)/daybook.yaml"
            try write("log.level: info\n", to: config)
            let server = try await installation.serve(options: ["--config", config])
            let ada = try await installation.token(for: "ada")
            let pid = try #require(server.pid)
            func post(_ name: String) async throws {
                let room = ["kind": "channel", "name": name]
                #expect(try await server.post("/api/rooms", room, as: ada).status == 201)
            }
            try await post("quiet")
            #expect(!server.words.contains("debug"))

            try write("log.level: debug\nhttp.backlog: 512\n", to: config)
            kill(pid, SIGHUP)
            try await eventually("it is reloaded") { server.words.contains("log.level=debug") }
            #expect(server.words.contains("a changed setting needs a restart"))
            #expect(server.words.contains("http.backlog"))
            try await post("loud")
            try await eventually("a line of debug is there") { server.words.contains("create_room") }

            // What is wrong changes nothing, and ends nothing.
            try write("log.level: critical\nhttp.port: many\n", to: config)
            kill(pid, SIGHUP)
            try await eventually("it is refused") { server.words.contains("the configuration is not reloaded") }
            #expect(server.words.contains("\(config):2: http.port: expected"))
            let before = server.words.components(separatedBy: "create_room").count
            try await post("still-loud")
            try await eventually("it logs as before") {
                server.words.components(separatedBy: "create_room").count > before
            }
            #expect(server.isRunning)

            // Draining longer than the process was started with, and so than it would have been given.
            try write("log.level: info\ndrain-seconds: 12\n", to: config)
            kill(pid, SIGHUP)
            try await eventually("it is reloaded again") { server.words.contains("drain-seconds=12") }
            kill(pid, SIGTERM)
            try await eventually("it drains") { try await server.get("/readyz").status == 503 }
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .seconds(11) {
                #expect(try await server.get("/api/me", as: ada).status == 200)
                try await Task.sleep(for: .milliseconds(250))
            }
            #expect(await server.terminate() == 0)
        }
    }
}
