import Foundation
import Testing

/// Traces of a real process, as a collector gets them.
struct TraceTests {
    private struct Body: Decodable {
        struct Resource: Decodable { var scopeSpans: [Scope] }
        struct Scope: Decodable { var spans: [Span] }
        struct Span: Decodable { var traceId: String, spanId: String, parentSpanId: String?, name: String }
        var resourceSpans: [Resource]
    }

    /// Takes whatever is posted and writes it into a file, a line each.
    private static let collector = """
        import http.server, sys
        class Collector(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with open(sys.argv[2], "ab") as file:
                    file.write(self.path.encode() + b" " + self.headers["X-Key"].encode() + b" " + body + b"\\n")
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *arguments): pass
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Collector).serve_forever()
        """

    @Test func `a request, its command and its append are spans of the client's trace`() async throws {
        let port = FreePort.next()
        let settings = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(port)", "OTEL_EXPORTER_OTLP_HEADERS": "X-Key=se%63ret",
        ]
        try await Installation.run(settings: settings) { (installation) async throws in
            let (taken, said) = ("\(installation.folder)/traces", "\(installation.folder)/collector.log")
            let arguments = ["python3", "-c", Self.collector, "\(port)", taken]
            let collector = try Child("/usr/bin/env", arguments, output: said, errors: said)
            defer { collector.signal(SIGKILL) }
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let traceID = "0af7651916cd43dd8448eb211c80319c"
            let headers = ["traceparent": "00-\(traceID)-b7ad6b7169203331-01"]
            let room = ["kind": "channel", "name": "general"]
            #expect(try await server.post("/api/rooms", room, as: ada, headers: headers).status == 201)
            // What has not been sent is sent in the end.
            #expect(await server.terminate() == 0)

            let lines = try String(contentsOfFile: taken, encoding: .utf8).split(separator: "\n")
            var spans: [Body.Span] = []
            for line in lines {
                let parts = line.split(separator: " ", maxSplits: 2)
                #expect(parts[0] == "/v1/traces" && parts[1] == "secret")
                let body = try JSONDecoder().decode(Body.self, from: Data(parts[2].utf8))
                spans += body.resourceSpans.flatMap(\.scopeSpans).flatMap(\.spans).filter { $0.traceId == traceID }
            }
            var parents: [String: String?] = [:]
            for span in spans { parents[span.name] = span.parentSpanId }
            var ids: [String: String] = [:]
            for span in spans { ids[span.name] = span.spanId }
            #expect(Set(ids.keys) == ["POST /api/rooms", "command create_room", "append"])
            #expect(parents["POST /api/rooms"] == "b7ad6b7169203331")
            #expect(parents["command create_room"] == ids["POST /api/rooms"])
            #expect(parents["append"] == ids["command create_room"])
            #expect(!server.words.contains("traces are not taken"))
        }
    }
}
