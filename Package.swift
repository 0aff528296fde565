// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Tests see what their subjects see; naming every module again would say nothing.
let testSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies + ["TestSupport"],
        path: "Tests/\(name)",
        swiftSettings: testSettings
    )
}

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let jwtKit: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "daybook",
    products: [
        .executable(name: "daybook", targets: ["Daybook"]),
        .executable(name: "daybook-bench", targets: ["Bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // One trait alone: SwiftPM passes several in an order that changes from build to build, and compiles it anew each time.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Drivers: C is handled here and nowhere else.
        .systemLibrary(name: "CPostgres", path: "Sources/Drivers/CPostgres", pkgConfig: "libpq"),
        .systemLibrary(name: "CRedis", path: "Sources/Drivers/CRedis", pkgConfig: "hiredis"),
        .systemLibrary(name: "CTLS", path: "Sources/Drivers/CTLS", pkgConfig: "openssl"),
        .systemLibrary(name: "CLZ4", path: "Sources/Drivers/CLZ4", pkgConfig: "liblz4"),
        .systemLibrary(name: "CZip", path: "Sources/Drivers/CZip", pkgConfig: "libzip"),
        module("Threads", "Drivers/Threads", []),
        module("Postgres", "Drivers/Postgres", ["CPostgres", "Threads"]),
        module("Migrations", "Drivers/Migrations", ["Postgres", crypto]),
        module("Redis", "Drivers/Redis", ["CRedis", "CTLS", "Threads"]),
        module("Zip", "Drivers/Zip", ["CZip"]),
        module("LZ4", "Drivers/LZ4", ["CLZ4"]),

        // How a process is seen from outside.
        module("Observability", "Observability", [logging, metrics, tracing]),

        // What an operator can say, and where it is said.
        module("Settings", "Settings", [configuration, logging, yams]),

        module("TransparencyLog", "TransparencyLog", ["LZ4", crypto]),
        module(
            "EventStore",
            "EventStore",
            ["Postgres", "Threads", "TransparencyLog", crypto, logging, metrics, tracing]
        ),
        module("Events", "Events", ["EventStore", crypto]),
        module("Commands", "Commands", ["Events", "EventStore", crypto, logging, tracing]),
        module(
            "Projections",
            "Projections",
            ["Events", "EventStore", "Postgres", "Redis", "Threads", logging, lifecycle, metrics, collections]
        ),

        module(
            "Sessions",
            "Gateways/Sessions",
            ["Commands", "EventStore", "Events", "OIDC", "Postgres", "Projections", crypto, logging]
        ),
        module("Pages", "Gateways/Pages", []),
        module("RateLimits", "Gateways/RateLimits", ["Redis", crypto, logging]),
        module(
            "GatewayHTTP",
            "Gateways/HTTP",
            [
                "Pages", "RateLimits", "Sessions", "Commands", "Events", "EventStore", "Observability", "Postgres",
                "Projections", hummingbird,
                crypto, logging, httpTypes, metrics, nioCore, nioHTTP1, tracing,
            ]
        ),
        module(
            "TenantAPI",
            "Gateways/TenantAPI",
            [
                "GatewayHTTP", "Commands", "Events", "EventStore", "OIDC", "Postgres", "Projections", "Sessions",
                "TransparencyLog", hummingbird, logging, httpTypes, nioCore,
            ]
        ),
        module(
            "RealtimeAPI",
            "Gateways/RealtimeAPI",
            [
                "GatewayHTTP", "Events", "EventStore", "Postgres", "Redis", "Projections", "Sessions", hummingbird,
                logging,
                httpTypes, lifecycle, metrics, crypto, nioCore, collections,
            ]
        ),
        module(
            "AuthAPI",
            "Gateways/AuthAPI",
            [
                "GatewayHTTP", "Commands", "Events", "EventStore", "OIDC", "Observability", "Pages", "Postgres",
                "Projections", "Sessions", crypto,
                hummingbird, httpTypes, logging,
            ]
        ),
        module(
            "DevIdP",
            "Gateways/DevIdP",
            ["Pages", crypto, cryptoExtras, hummingbird, httpClient, httpTypes, jwtKit, logging, nioCore, nioHTTP1]
        ),
        module(
            "OrgsAPI",
            "Gateways/OrgsAPI",
            [
                "GatewayHTTP", "Commands", "Events", "EventStore", "Observability", "Postgres", "Projections",
                "Sessions",
                hummingbird, httpTypes, logging,
            ]
        ),
        module(
            "ControlAPI",
            "Gateways/ControlAPI",
            [
                "GatewayHTTP", "Commands", "Events", "EventStore", "Observability", "Postgres", "Projections",
                "Sessions", hummingbird, httpTypes, logging,
            ]
        ),
        module(
            "InternalAPI",
            "Gateways/InternalAPI",
            [
                "GatewayHTTP", "Commands", "Events", "EventStore", "Observability", "Postgres", "Sessions", hummingbird,
                httpTypes,
            ]
        ),
        module(
            "Registrar",
            "Workers/Registrar",
            ["Commands", "Events", "EventStore", "Postgres", "Projections", logging]
        ),
        module(
            "Metering",
            "Workers/Metering",
            ["Commands", "Events", "EventStore", "Postgres", "Projections", logging]
        ),
        module("OIDC", "Integrations/OIDC", [crypto, httpClient, jwtKit, logging, nioCore, nioHTTP1]),
        module("Mail", "Integrations/Mail", [crypto, nioCore, nioPosix, nioSSL]),
        module("SlackImport", "Integrations/Slack", ["Commands", "Events", "EventStore", "Zip"]),

        .executableTarget(
            name: "Daybook",
            dependencies: [
                "AuthAPI", "Commands", "ControlAPI", "DevIdP", "Events", "EventStore", "GatewayHTTP", "InternalAPI",
                "Mail",
                "Metering", "Migrations", "OIDC", "Observability", "Postgres",
                "OrgsAPI", "Projections", "RateLimits", "RealtimeAPI", "Redis", "Registrar", "Sessions", "Settings",
                "SlackImport",
                "TenantAPI", "Threads",
                "TransparencyLog", arguments, crypto, httpClient, hummingbird, hummingbirdCore, lifecycle, logging,
                metrics, nioCore, nioHTTP1, nioSSL, tracing, unixSignals,
            ],
            path: "Sources/Daybook",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "EventStore", "Events", "Commands", "Postgres", "Projections", "Redis", "Sessions", arguments, crypto,
                hummingbird, logging, nioCore, nioHTTP1,
                nioPosix,
            ],
            path: "tools/benchmarks",
            swiftSettings: settings
        ),

        .target(
            name: "TestSupport",
            dependencies: [
                "EventStore", "Events", "Commands", "Migrations", "Postgres", "Projections", "Redis", "Sessions",
                "TransparencyLog", crypto, logging,
            ],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "PostgresProbe",
            dependencies: ["Postgres"],
            path: "Tests/PostgresProbe",
            swiftSettings: settings
        ),
        tests("ArchitectureTests", []),
        tests("PostgresTests", ["Postgres"]),
        tests("RedisTests", ["Redis"]),
        tests("ZipTests", ["Zip"]),
        tests("LZ4Tests", ["LZ4"]),
        tests("ObservabilityTests", ["Observability", logging, metrics, tracing]),
        tests("SettingsTests", ["Settings", logging]),
        tests("TransparencyLogTests", ["TransparencyLog", crypto]),
        tests("EventStoreTests", ["EventStore", "Postgres", "TransparencyLog", crypto]),
        tests("EventsTests", ["Events", "EventStore", "Postgres", crypto]),
        tests("CommandsTests", ["Commands", "Events", "EventStore", "Postgres"]),
        tests("ProjectionsTests", ["Projections", "Commands", "Events", "EventStore", "Postgres", "Redis"]),
        tests(
            "RegistrarTests",
            ["Registrar", "Commands", "Events", "EventStore", "Postgres", logging]
        ),
        tests(
            "MeteringTests",
            ["Metering", "Commands", "Events", "EventStore", "Postgres", "Projections", logging]
        ),
        tests("RateLimitsTests", ["RateLimits", "Redis", crypto, logging]),
        tests("SessionsTests", ["Sessions", "Commands", "Events", "EventStore", "OIDC", "Postgres"]),
        tests(
            "TenantAPITests",
            [
                "TenantAPI", "AuthAPI", "GatewayHTTP", "LZ4", "Migrations", "Commands", "Events", "EventStore",
                "Postgres", "Projections", "RateLimits", "Redis", "Sessions", "TransparencyLog", hummingbird,
                hummingbirdTesting, httpTypes, logging,
                nioCore, crypto,
            ]
        ),
        tests(
            "RealtimeAPITests",
            [
                "RealtimeAPI", "TenantAPI", "GatewayHTTP", "Commands", "Events", "EventStore", "Postgres",
                "Projections", "Redis", "Sessions", hummingbird, hummingbirdTesting, httpTypes, nioCore,
            ]
        ),
        tests(
            "ControlAPITests",
            [
                "ControlAPI", "GatewayHTTP", "Commands", "Events", "EventStore", "Postgres", "Sessions", hummingbird,
                hummingbirdTesting, httpTypes, nioCore,
            ]
        ),
        tests(
            "PermissionTests",
            [
                "AuthAPI", "ControlAPI", "InternalAPI", "OrgsAPI", "RealtimeAPI", "TenantAPI", "GatewayHTTP",
                "Commands", "Events",
                "EventStore", "OIDC",
                "Postgres", "Projections", "Redis", "Sessions", "TransparencyLog", hummingbird, hummingbirdTesting,
                httpTypes, logging, nioCore,
            ]
        ),
        tests(
            "OIDCTests",
            [
                "OIDC", jwtKit, crypto, cryptoExtras, httpClient, hummingbird, httpTypes, logging, nioCore, nioHTTP1,
            ]
        ),
        tests(
            "DevIdPTests",
            ["DevIdP", crypto, httpClient, httpTypes, hummingbird, jwtKit, logging, nioCore, nioHTTP1]
        ),
        tests("MailTests", ["Mail", nioCore]),
        tests("SlackImportTests", ["SlackImport", "Zip", "Commands", "Events", "EventStore", "Postgres"]),
        tests(
            "SystemTests",
            [
                "EventStore", "Events", "Postgres", "Redis", "Settings", "TransparencyLog", httpClient, nioCore,
                nioHTTP1, nioPosix, nioSSL,
            ]
        ),
    ]
)
