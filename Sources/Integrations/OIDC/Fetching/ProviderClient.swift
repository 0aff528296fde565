internal import AsyncHTTPClient
package import Logging
internal import NIOCore
internal import NIOHTTP1

/// The HTTP client that providers are asked with. It follows no redirect, since a secret or a key must not change hosts, and
/// takes no answer that is long or slow. Several providers share one; whoever makes it calls `shutdown` at the end.
package final class ProviderClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
    }

    static let limit = 256 * 1024

    private let client: HTTPClient
    private let timeout: Duration
    private let logger: Logger

    /// - Parameter timeout: for a whole exchange, from connecting to the last byte.
    package init(timeout: Duration = .seconds(10), logger: Logger) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.decompression = .disabled
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeout = timeout
        self.logger = logger
    }

    package func shutdown() async throws { try await client.shutdown() }

    /// - Parameter what: names what is asked for in errors.
    func get(_ url: String, bearer: String? = nil, _ what: String) async throws(OIDCError) -> Answer {
        var request = HTTPClientRequest(url: url)
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer \(bearer)") }
        return try await exchange(request, what)
    }

    func post(
        _ url: String,
        form: [(String, String)],
        authorization: String?,
        _ what: String
    ) async throws(OIDCError) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        request.body = .bytes(ByteBuffer(string: FormEncoding.encode(form)))
        return try await exchange(request, what)
    }

    private func exchange(_ request: HTTPClientRequest, _ what: String) async throws(OIDCError) -> Answer {
        var request = request
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "daybook")
        do {
            return try await bounded(request)
        } catch {
            let error = Self.error(error, what)
            logger.warning("a provider did not answer", metadata: ["error": "\(error)"])
            throw error
        }
    }

    private func bounded(_ request: HTTPClientRequest) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { [client, timeout] group in
            defer { group.cancelAll() }
            group.addTask {
                // The client's own deadline ends with the head of the answer; the task beside it minds the body too.
                let response = try await client.execute(request, deadline: .distantFuture)
                let body = try await response.body.collect(upTo: Self.limit)
                return Answer(status: Int(response.status.code), body: Array(body.readableBytesView))
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            guard let answer = try await group.next() else { preconditionFailure("one of the two ends") }
            return answer
        }
    }

    private static func error(_ error: any Error, _ what: String) -> OIDCError {
        switch error {
        case is NIOTooManyBytesError:
            OIDCError(.answerTooLarge, "\(what) answered with more than \(limit) bytes")
        case let error as HTTPClientError where [.deadlineExceeded, .connectTimeout, .readTimeout].contains(error):
            OIDCError(.timedOut, "\(what) did not answer in time")
        case is CancellationError:
            OIDCError(.timedOut, "\(what) was not waited for")
        default:
            OIDCError(.unreachable, "\(what) cannot be reached: \("\(error)".prefix(200))")
        }
    }
}

/// `application/x-www-form-urlencoded`, also good for queries.
enum FormEncoding {
    static func encode(_ fields: [(String, String)]) -> String {
        fields.map { "\(encode($0))=\(encode($1))" }.joined(separator: "&")
    }

    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return encoded
    }

    /// The address with further query fields.
    static func url(_ base: String, adding fields: [(String, String)]) -> String {
        let separator = !base.contains("?") ? "?" : base.hasSuffix("?") || base.hasSuffix("&") ? "" : "&"
        return base + separator + encode(fields)
    }
}
