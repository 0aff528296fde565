import Foundation
import Testing

/// SwiftPM lets a module import what it only reaches through another, so the direction of dependencies is checked here.
struct ImportTests {
    /// What each folder below Sources may import of our own modules. Anything else is an architectural decision.
    static let allowed: [String: Set<String>] = [
        "Drivers/Threads": [],
        "Drivers/Postgres": ["CPostgres", "Threads"],
        "Drivers/Redis": ["CRedis", "CTLS", "Threads"],
        "Drivers/Zip": ["CZip"],
        "Drivers/LZ4": ["CLZ4"],
        "Drivers/Migrations": ["Postgres"],
        "Observability": [],
        "Settings": [],
        "TransparencyLog": ["LZ4"],
        "EventStore": ["Postgres", "Threads", "TransparencyLog"],
        "Events": ["EventStore"],
        "Commands": ["Events", "EventStore"],
        "Projections": ["Events", "EventStore", "Postgres", "Redis", "Threads"],
        "Gateways/Sessions": ["Commands", "Events", "EventStore", "OIDC", "Postgres", "Projections"],
        "Gateways/InternalAPI": [
            "GatewayHTTP", "Sessions", "Commands", "Events", "EventStore", "Observability", "Postgres",
        ],
        "Gateways/Pages": [],
        "Gateways/RateLimits": ["Redis"],
        "Gateways/HTTP": [
            "Pages", "RateLimits", "Sessions", "Commands", "Events", "EventStore", "Observability", "Postgres",
            "Projections",
        ],
        "Gateways/TenantAPI": [
            "GatewayHTTP", "Sessions", "Commands", "Events", "EventStore", "OIDC", "Postgres", "Projections",
            "TransparencyLog",
        ],
        "Gateways/RealtimeAPI": [
            "GatewayHTTP", "Sessions", "Events", "EventStore", "Postgres", "Projections", "Redis", "Threads",
        ],
        "Gateways/AuthAPI": [
            "GatewayHTTP", "Sessions", "Commands", "Events", "EventStore", "Observability", "OIDC", "Pages", "Postgres",
            "Projections",
        ],
        "Gateways/DevIdP": ["Pages"],
        "Integrations/Mail": [],
        "Integrations/OIDC": [],
        "Gateways/OrgsAPI": [
            "GatewayHTTP", "Sessions", "Commands", "Events", "EventStore", "Observability", "Postgres", "Projections",
        ],
        "Gateways/ControlAPI": [
            "GatewayHTTP", "Sessions", "Commands", "Events", "EventStore", "Observability", "Postgres", "Projections",
        ],
        "Workers/Metering": ["Commands", "Events", "EventStore", "Postgres", "Projections"],
        "Workers/Registrar": ["Commands", "Events", "EventStore", "Postgres", "Projections"],
        "Integrations/Slack": ["Commands", "Events", "EventStore", "Zip"],
        "Daybook": [
            "AuthAPI", "Commands", "ControlAPI", "DevIdP", "Events", "EventStore", "GatewayHTTP", "InternalAPI", "Mail",
            "Metering",
            "Migrations",
            "OIDC",
            "Observability", "Postgres", "Projections",
            "OrgsAPI", "RateLimits", "RealtimeAPI", "Redis", "Registrar", "Sessions", "Settings", "SlackImport",
            "TenantAPI",
            "Threads",
            "TransparencyLog",
        ],
    ]

    static let ours = Set([
        "CPostgres", "CRedis", "CTLS", "CZip", "CLZ4", "Threads", "Postgres", "Redis", "Zip", "LZ4", "Migrations",
        "TransparencyLog",
        "EventStore", "Events",
        "Commands",
        "Observability", "Projections", "Sessions", "Settings", "GatewayHTTP", "TenantAPI", "RealtimeAPI",
        "AuthAPI", "ControlAPI", "DevIdP", "InternalAPI", "Mail", "Metering", "OIDC", "OrgsAPI", "Pages", "RateLimits",
        "Registrar",
        "SlackImport",
    ])

    static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources").standardizedFileURL.path

    @Test(arguments: allowed.keys.sorted())
    func `a module imports only what its place allows`(folder: String) throws {
        for (file, module) in try imports(below: folder) where Self.ours.contains(module) {
            #expect(Self.allowed[folder]?.contains(module) == true, "\(file) imports \(module)")
        }
    }

    @Test func `commands know neither HTTP nor a store's driver`() throws {
        let outside = ["Hummingbird", "HTTPTypes", "NIOCore", "AsyncHTTPClient"]
        for (file, module) in try imports(below: "Commands") {
            #expect(!outside.contains(module), "\(file) imports \(module)")
        }
    }

    @Test func `C is imported by its driver alone`() throws {
        for folder in Self.allowed.keys where !folder.hasPrefix("Drivers/") {
            for (file, module) in try imports(below: folder) {
                #expect(
                    !["CPostgres", "CRedis", "CTLS", "CZip", "CLZ4"].contains(module),
                    "\(file)"
                )
            }
        }
    }

    @Test func `every folder of source has its line in the table`() throws {
        for file in try swiftFiles(below: "") {
            #expect(
                Self.allowed.keys.contains { file.hasPrefix($0 + "/") },
                "\(file) belongs to no module of the table"
            )
        }
    }

    private func swiftFiles(below folder: String) throws -> [String] {
        let root = folder.isEmpty ? Self.sources : Self.sources + "/" + folder
        let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
        #expect(!files.isEmpty)
        return files.map { folder.isEmpty ? $0 : folder + "/" + $0 }
    }

    private func imports(below folder: String) throws -> [(file: String, module: String)] {
        try swiftFiles(below: folder).flatMap { file in
            try String(contentsOfFile: Self.sources + "/" + file, encoding: .utf8).split(separator: "\n").compactMap {
                line in
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 2, index + 1 < words.count else {
                    return nil
                }
                let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "typealias", "var", "let"]
                let path =
                    kinds.contains(words[index + 1]) && index + 2 < words.count ? words[index + 2] : words[index + 1]
                return (file, String(path.split(separator: ".")[0]))
            }
        }
    }
}
