package import Logging

/// Every setting that there is, each declared once.
package struct Catalog: Sendable {
    package static let daybook = Catalog()

    // Stores and secrets.
    package let postgres = Setting<String>(
        "postgres",
        .stores,
        .text("libpq keywords or a URL"),
        default: "host=/var/run/postgresql",
        isSecret: true,
        "The Postgres server, as libpq keywords or a URL."
    )
    package let redis = Setting<String>(
        "redis",
        .stores,
        .text("a URL, redis://…, rediss://… or unix://…"),
        default: "redis://127.0.0.1:6379",
        isSecret: true,
        "The Redis server: redis://…, rediss://… or unix://…"
    )
    package let masterKeyFile = Setting<String?>(
        "master-key-file",
        .stores,
        .secretFile,
        "The file with the master keys, made by `daybook master-key create`."
    )
    package let masterKeys = Setting<String?>(
        "master-keys",
        .stores,
        .text("what stands in a master key file, with commas between the lines"),
        hasFlag: false,
        isSecret: true,
        "The master keys themselves, for where there is no file; read once, at the start."
    )
    package let controlDatabase = Setting<String>(
        "control-database",
        .stores,
        .text("a name"),
        default: "daybook_control",
        "The database of organizations, accounts and sessions."
    )
    package let vmplaneDatabase = Setting<String>(
        "vmplane-database",
        .stores,
        .text("a name"),
        default: "daybook_vmplane",
        hasFlag: false,
        "The database of hosts and machines."
    )
    package let productDatabase = Setting<String>(
        "product-database",
        .stores,
        .text("a name"),
        default: "daybook_product",
        "The database of the log and the read models."
    )
    package let cellsFile = Setting<String?>(
        "cells-file",
        .stores,
        .secretFile,
        "A JSON file with further cells that tenants live in (docs/cells.md). Without it all live in `main`, the stores named above."
    )
    package let cell = Setting<String?>(
        "cell",
        .stores,
        .text("a name"),
        "The one cell that a tool works on, by default `main`, or that a process serves, by default all."
    )
    package let schema = Setting<String?>(
        "schema",
        .stores,
        .text("the path of a folder"),
        "The folder of SQL; by default found from the working folder or the executable upwards."
    )
    package let partitions = Setting<Int>(
        "partitions",
        .stores,
        .number(1...1024),
        default: "4",
        flag: "partition-count",
        "How many partitions the log has. It may grow, never shrink."
    )
    package let statementTimeout = Setting<Duration>(
        "statement-timeout-seconds",
        .stores,
        .seconds(1...3_600),
        default: "30",
        hasFlag: false,
        "The longest that one statement in Postgres may take."
    )

    // Logs.
    package let logLevel = Setting<Logger.Level>(
        "log.level",
        .logs,
        .choice(Logger.Level.allCases.map(\.rawValue)),
        default: "info",
        environment: "LOG_LEVEL",
        isReloadable: true,
        "The least severe level that is logged."
    )
    package let logFormat = Setting<LogFormat>(
        "log.format",
        .logs,
        .choice(LogFormat.allCases.map(\.rawValue)),
        default: "text",
        "How it is logged: for people, or a JSON object a line."
    )

    // Signed heads.
    package let heads = Setting<String?>(
        "heads",
        .heads,
        .text("the path of a folder"),
        """
        The folder of the log's signed heads, best on another machine than the database. Without it none are signed, and nothing \
        is proved.
        """
    )
    package let headKeyFile = Setting<String?>(
        "head-key-file",
        .heads,
        .secretFile,
        "The file with the key that signs heads, made by `daybook audit key create`."
    )
    package let headPublicKey = Setting<String?>(
        "head-public-key",
        .heads,
        .text("a public key, or the path of a file that holds it"),
        "The public key of the heads, or a file that holds it; needed where the signing key is not."
    )

    // Serving.
    package let role = Setting<Set<ServingRole>>(
        "role",
        .serving,
        .choices(ServingRole.allCases.map(\.rawValue)),
        default: "all",
        "Which parts run in the process."
    )
    package let httpHost = Setting<String>(
        "http.host",
        .serving,
        .text("an address"),
        default: "127.0.0.1",
        flag: "host",
        "The address to listen at."
    )
    package let httpPort = Setting<Int>(
        "http.port",
        .serving,
        .number(1...65_535),
        default: "8080",
        flag: "port",
        "The port to listen at."
    )
    package let publicURL = Setting<String?>(
        "public-url",
        .serving,
        .text("a URL without a path, such as https://daybook.example"),
        "Where browsers find the installation; by default the address that it listens at. With https, cookies are bound to it."
    )
    package let trustedProxies = Setting<String?>(
        "http.trusted-proxies",
        .serving,
        .text("addresses and networks with commas between them, such as 10.0.0.0/8,::1"),
        "The proxies before it: what they say of whom they speak for is believed. Without it clients are whoever has connected."
    )
    package let proxyHeader = Setting<String>(
        "http.proxy-header",
        .serving,
        .choice(["x-forwarded-for", "forwarded"]),
        default: "x-forwarded-for",
        "The header in which trusted proxies say it. They must set it or add to it in every request."
    )
    package let limitsPercent = Setting<Int>(
        "limits.percent",
        .serving,
        .number(0...10_000),
        default: "100",
        "How much of the limits of docs/limits.md counts: 200 lets twice as many requests through; 0 lets everything through."
    )
    package let providersFile = Setting<String?>(
        "auth.providers-file",
        .serving,
        .secretFile,
        "A JSON file with the OpenID providers that vouch for people (docs/auth.md). Without it nobody logs in."
    )
    package let stepUpRecency = Setting<Duration>(
        "auth.step-up-seconds",
        .serving,
        .seconds(60...86_400),
        default: "600",
        hasFlag: false,
        "How long ago somebody may have logged in at their provider for what is dangerous (docs/auth.md)."
    )
    package let deletionGrace = Setting<Duration>(
        "orgs.deletion-grace-seconds",
        .serving,
        .seconds(3_600...31_622_400),
        default: "2592000",
        hasFlag: false,
        "How long an organization that is to be deleted stays as it is, suspended; by default 30 days."
    )
    package let mailFolder = Setting<String?>(
        "mail.folder",
        .serving,
        .text("the path of a folder"),
        "Where mail is put, a file each, for a program that sends it. Without it and `mail.smtp.host` there is none."
    )
    package let mailSender = Setting<String>(
        "mail.sender",
        .serving,
        .text("an e-mail address"),
        default: "daybook@localhost.localdomain",
        hasFlag: false,
        "Whom mail comes from; has to be said where a server delivers it."
    )
    package let smtpHost = Setting<String?>(
        "mail.smtp.host",
        .serving,
        .text("a name or an address"),
        hasFlag: false,
        "The server that delivers mail, by the name that its certificate has. Not together with `mail.folder`."
    )
    package let smtpPort = Setting<Int?>(
        "mail.smtp.port",
        .serving,
        .number(1...65_535),
        hasFlag: false,
        "Its port; by default 587, 465 with `tls`, 25 with `none`."
    )
    package let smtpSecurity = Setting<String?>(
        "mail.smtp.security",
        .serving,
        .choice(["starttls", "none", "tls"]),
        hasFlag: false,
        """
        How it is spoken to: `starttls` (when nothing is said) begins in the clear and sends nothing unless TLS follows, `tls` begins \
        with TLS, `none` is for a server on this machine only.
        """
    )
    package let smtpUser = Setting<String?>(
        "mail.smtp.user",
        .serving,
        .text("a name"),
        hasFlag: false,
        "Who logs in there; by default nobody does."
    )
    package let smtpPassword = Setting<String?>(
        "mail.smtp.password",
        .serving,
        .text("a password"),
        hasFlag: false,
        isSecret: true,
        "The password for that."
    )
    package let smtpAuthorities = Setting<String?>(
        "mail.smtp.authorities",
        .serving,
        .text("the path of a file"),
        hasFlag: false,
        "A file with the authorities to trust for its certificate, in PEM; by default those of the system."
    )
    package let tlsCertificate = Setting<String?>(
        "tls.certificate",
        .serving,
        .text("the path of a file"),
        """
        A file with the certificate to serve TLS with, those of its chain after it, in PEM. It and its key are read again when they \
        change. Without it there is no TLS.
        """
    )
    package let tlsKey = Setting<String?>(
        "tls.key",
        .serving,
        .secretFile,
        "The file with the certificate's key, in PEM."
    )
    package let metricsHost = Setting<String>(
        "metrics.host",
        .serving,
        .text("an address"),
        default: "127.0.0.1",
        "The address of the port for /metrics."
    )
    package let metricsPort = Setting<Int?>(
        "metrics.port",
        .serving,
        .number(1...65_535),
        """
        A port for /metrics alone, for whoever can reach it. Without it /metrics is on the other port, and answers only loopback \
        and private addresses, and no proxies.
        """
    )
    package let drain = Setting<Duration>(
        "drain-seconds",
        .serving,
        .seconds(0...3_600),
        default: "0",
        isReloadable: true,
        "How long after SIGTERM all is served and /readyz says 503, so that load balancers turn away."
    )
    package let readyLag = Setting<Duration>(
        "ready-lag",
        .serving,
        .seconds(1...86_400),
        default: "30",
        isReloadable: true,
        "How far a projector or a fan-out may be behind the log and be called ready."
    )

    // Tuning.
    package let httpBacklog = Setting<Int>(
        "http.backlog",
        .tuning,
        .number(1...65_535),
        default: "4096",
        hasFlag: false,
        "Connections that the kernel keeps until they are accepted; net.core.somaxconn limits it further."
    )
    package let idleTimeout = Setting<Duration>(
        "http.idle-timeout-seconds",
        .tuning,
        .seconds(5...3_600),
        default: "90",
        hasFlag: false,
        "How long a connection stays open on which nothing is asked or a request does not come to its end; longer than load balancers keep theirs."
    )
    package let readConnections = Setting<Int>(
        "pools.reads",
        .tuning,
        .number(1...200),
        default: "4",
        hasFlag: false,
        "Connections to Postgres that read the read models. More help where `daybook_postgres_pool_waiting` is high."
    )
    package let sessionConnections = Setting<Int>(
        "pools.sessions",
        .tuning,
        .number(1...200),
        default: "2",
        hasFlag: false,
        "Connections to Postgres that look up tenants and sessions."
    )
    package let logConnections = Setting<Int>(
        "pools.log",
        .tuning,
        .number(1...200),
        default: "2",
        hasFlag: false,
        "Connections to Postgres that read the log."
    )
    package let appendConnections = Setting<Int>(
        "pools.appends",
        .tuning,
        .number(1...64),
        default: "2",
        hasFlag: false,
        "Connections to Postgres that append to the log; more than there are partitions are of no use."
    )
    package let heartbeat = Setting<Duration>(
        "realtime.heartbeat-seconds",
        .tuning,
        .seconds(5...240),
        default: "50",
        hasFlag: false,
        "How long a poll is held that does not say; less than proxies on the way hold a request."
    )
    package let queueLimit = Setting<Int>(
        "realtime.queue-limit",
        .tuning,
        .number(1...10_000),
        default: "100",
        hasFlag: false,
        "Live queues that one user may have."
    )
    package let refillLimit = Setting<Int>(
        "realtime.refill-limit",
        .tuning,
        .number(1_000...10_000_000),
        default: "100000",
        hasFlag: false,
        "Events that are made up from the log for a client that was away, before it is told to load afresh."
    )

    // Traces.
    package let tracesEndpoint = Setting<String?>(
        "traces.endpoint",
        .traces,
        .text("a URL"),
        hasFlag: false,
        environment: "OTEL_EXPORTER_OTLP_ENDPOINT",
        "The OpenTelemetry collector that takes OTLP over HTTP as JSON. Without it, or `traces.url`, nothing is recorded."
    )
    package let tracesURL = Setting<String?>(
        "traces.url",
        .traces,
        .text("a URL"),
        hasFlag: false,
        environment: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "Where spans are sent, if it is not `v1/traces` below the endpoint."
    )
    package let tracesHeaders = Setting<String?>(
        "traces.headers",
        .traces,
        .text("name=value pairs with commas between them"),
        hasFlag: false,
        environment: "OTEL_EXPORTER_OTLP_HEADERS",
        isSecret: true,
        "Headers that the collector wants, as name=value with commas between them, values percent-encoded."
    )
    package let serviceName = Setting<String>(
        "traces.service-name",
        .traces,
        .text("a name"),
        default: "daybook",
        hasFlag: false,
        environment: "OTEL_SERVICE_NAME",
        "What the process is called in traces."
    )

    private init() {}

    /// In the order in which they are declared.
    package var declarations: [Declaration] {
        Mirror(reflecting: self).children.compactMap { ($0.value as? any DeclaredSetting)?.declaration }
    }
}

private protocol DeclaredSetting {
    var declaration: Declaration { get }
}

extension Setting: DeclaredSetting {}
