internal import Foundation
internal import Tracing

/// Spans in the JSON form of OTLP: identifiers in hexadecimal, 64-bit numbers as strings.
enum OTLP {
    static func body(of spans: [FinishedSpan], from resource: [(String, String)]) throws -> [UInt8] {
        let request = Request(resourceSpans: [
            .init(
                resource: .init(attributes: resource.map { Attribute(key: $0.0, value: .string($0.1)) }),
                scopeSpans: [.init(scope: .init(name: "daybook"), spans: spans.map { Span($0) })]
            )
        ])
        return Array(try JSONEncoder().encode(request))
    }

    private struct Request: Encodable {
        struct ResourceSpans: Encodable {
            struct Resource: Encodable { let attributes: [Attribute] }
            let resource: Resource
            let scopeSpans: [ScopeSpans]
        }

        struct ScopeSpans: Encodable {
            struct Scope: Encodable { let name: String }
            let scope: Scope
            let spans: [Span]
        }

        let resourceSpans: [ResourceSpans]
    }

    private struct Span: Encodable {
        struct Status: Encodable { let code: Int }

        let traceId: String
        let spanId: String
        let parentSpanId: String?
        let name: String
        let kind: Int
        let startTimeUnixNano: String
        let endTimeUnixNano: String
        let attributes: [Attribute]
        /// 0: nothing is said of it, 2: it failed.
        let status: Status

        init(_ span: FinishedSpan) {
            traceId = span.trace.traceID
            spanId = span.trace.spanID
            parentSpanId = span.parentID
            name = span.name
            kind =
                switch span.kind {
                case .internal: 1
                case .server: 2
                case .client: 3
                case .producer: 4
                case .consumer: 5
                }
            startTimeUnixNano = "\(span.start)"
            endTimeUnixNano = "\(span.end)"
            var attributes: [Attribute] = []
            span.attributes.forEach { attributes.append(Attribute(key: $0, value: Value($1))) }
            self.attributes = attributes.sorted { $0.key < $1.key }
            status = Status(code: span.hasFailed ? 2 : 0)
        }
    }

    private struct Attribute: Encodable {
        let key: String
        let value: Value
    }

    private enum Value: Encodable {
        case string(String)
        case int(Int64)
        case double(Double)
        case bool(Bool)

        private enum CodingKeys: String, CodingKey {
            case string = "stringValue"
            case int = "intValue"
            case double = "doubleValue"
            case bool = "boolValue"
        }

        init(_ attribute: SpanAttribute) {
            switch attribute {
            case .int32(let value): self = .int(Int64(value))
            case .int64(let value): self = .int(value)
            case .double(let value): self = .double(value)
            case .bool(let value): self = .bool(value)
            case .string(let value): self = .string(value)
            case .stringConvertible(let value): self = .string(value.description)
            default: self = .string("\(attribute)")
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .string(let value): try container.encode(value, forKey: .string)
            case .int(let value): try container.encode("\(value)", forKey: .int)
            case .double(let value): try container.encode(value, forKey: .double)
            case .bool(let value): try container.encode(value, forKey: .bool)
            }
        }
    }
}
