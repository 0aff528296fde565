import Foundation
import Settings
import Testing

struct CatalogTests {
    private let declarations = Catalog.daybook.declarations

    @Test func `no two settings have a name in common`() {
        #expect(Set(declarations.map(\.key)).count == declarations.count)
        #expect(Set(declarations.map(\.environment)).count == declarations.count)
        let flags = declarations.compactMap(\.flag)
        #expect(Set(flags).count == flags.count)
        // A key that is also the beginning of others could not be written as YAML.
        for key in declarations.map(\.key) { #expect(!declarations.contains { $0.key.hasPrefix(key + ".") }) }
    }

    @Test(
        arguments: [
            ("postgres", "postgres", "DAYBOOK_POSTGRES"), ("redis", "redis", "DAYBOOK_REDIS"),
            ("master-key-file", "master-key-file", "DAYBOOK_MASTER_KEY_FILE"),
            ("control-database", "control-database", "DAYBOOK_CONTROL_DATABASE"),
            ("product-database", "product-database", "DAYBOOK_PRODUCT_DATABASE"),
            ("schema", "schema", "DAYBOOK_SCHEMA"), ("partitions", "partition-count", "DAYBOOK_PARTITIONS"),
            ("log.level", "log-level", "LOG_LEVEL"), ("log.format", "log-format", "DAYBOOK_LOG_FORMAT"),
            ("heads", "heads", "DAYBOOK_HEADS"), ("head-key-file", "head-key-file", "DAYBOOK_HEAD_KEY_FILE"),
            ("head-public-key", "head-public-key", "DAYBOOK_HEAD_PUBLIC_KEY"),
            ("http.port", "port", "DAYBOOK_HTTP_PORT"), ("drain-seconds", "drain-seconds", "DAYBOOK_DRAIN_SECONDS"),
            ("ready-lag", "ready-lag", "DAYBOOK_READY_LAG"),
            ("metrics.port", "metrics-port", "DAYBOOK_METRICS_PORT"),
            ("traces.endpoint", nil, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ] as [(String, String?, String)]
    )
    func `names that operators have written down stay`(key: String, flag: String?, variable: String) throws {
        let declaration = try #require(declarations.first { $0.key == key })
        #expect(declaration.flag == flag)
        #expect(declaration.environment == variable)
    }

    @Test func `the page in the documentation is made from the catalog`() throws {
        let page = URL(filePath: #filePath).appending(path: "../../../docs/configuration.md").standardizedFileURL
        let written = try String(contentsOf: page, encoding: .utf8)
        #expect(written == Reference.markdown(), "write it anew: daybook config reference > docs/configuration.md")
    }
}
