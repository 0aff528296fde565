import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// Keeps cookies, and goes nowhere by itself.
final class Browser: Sendable {
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: HTTPClient.Configuration(redirectConfiguration: .disallow)
    )

    private let jar = Mutex<[String: String]>([:])

    var cookies: [String: String] { jar.withLock(\.self) }

    func forgetCookies() { jar.withLock { $0 = [:] } }

    func get(_ url: String, headers: [String: String] = [:]) async throws -> Answer {
        try await request(.GET, url, headers: headers)
    }

    /// Sends a form as a page shows it, with what was typed.
    func send(_ form: Form, _ typed: [String: String] = [:]) async throws -> Answer {
        let fields = form.fields.filter { typed[$0.name] == nil } + typed.map { ($0.key, $0.value) }
        return try await post(form.action, fields)
    }

    func post(
        _ url: String,
        _ fields: [(name: String, value: String)],
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await post(url, body: formEncoded(fields), headers: headers)
    }

    func post(_ url: String, body: String, headers: [String: String] = [:]) async throws -> Answer {
        let type = ["content-type": "application/x-www-form-urlencoded"]
        return try await request(.POST, url, headers: type.merging(headers) { $1 }, body: body)
    }

    private func request(
        _ method: HTTPMethod,
        _ url: String,
        headers: [String: String],
        body: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let cookies = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if !cookies.isEmpty { request.headers.add(name: "cookie", value: cookies.joined(separator: "; ")) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(30))
        let answer = Answer(
            status: Int(response.status.code),
            headers: response.headers,
            text: String(buffer: try await response.body.collect(upTo: 1 << 20))
        )
        for cookie in answer.headers["set-cookie"] {
            let parts = cookie.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            let (name, value) = (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            jar.withLock { $0[name] = value.isEmpty ? nil : value }
        }
        return answer
    }
}

func formEncoded(_ fields: [(name: String, value: String)]) -> String {
    let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
    return fields.map { field in
        "\(field.name)=\(field.value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")"
    }.joined(separator: "&")
}

struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let text: String

    var json: [String: Any] {
        get throws {
            try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
        }
    }

    func json(_ name: String) throws -> String? { try json[name] as? String }

    /// The forms of the page.
    var forms: [Form] { text.split(separator: "<form ").dropFirst().map { Form(html: String($0)) } }

    /// The form of the login page for a choice.
    func form(choosing choice: String) throws -> Form {
        try #require(forms.first { $0.fields.contains { $0 == ("choice", choice) } }, "\(text)")
    }
}

/// A form of a page, as a browser would send it with its first button.
struct Form: Sendable {
    let action: String
    let fields: [(name: String, value: String)]
    /// The buttons, by what is written on them.
    let buttons: [(text: String, name: String, value: String)]

    init(html: String) {
        let body = html.components(separatedBy: "</form>")[0]
        action = Self.attribute("action", in: body) ?? ""
        let hidden = body.components(separatedBy: "<input ").dropFirst().compactMap { input -> (String, String)? in
            guard input.hasPrefix("type=\"hidden\""), let name = Self.attribute("name", in: input) else { return nil }
            return (name, Self.attribute("value", in: input) ?? "")
        }
        buttons = body.components(separatedBy: "<button").dropFirst().compactMap { button in
            let parts = button.components(separatedBy: "</button>")[0].split(separator: ">", maxSplits: 1)
            guard let name = Self.attribute("name", in: String(parts[0])) else { return nil }
            return (String(parts[1]), name, Self.attribute("value", in: String(parts[0])) ?? "")
        }
        fields = hidden + buttons.prefix(1).map { ($0.name, $0.value) }
    }

    private static func attribute(_ name: String, in tag: String) -> String? {
        guard let start = tag.range(of: "\(name)=\""), let end = tag[start.upperBound...].firstIndex(of: "\"") else {
            return nil
        }
        let escaped = String(tag[start.upperBound..<end])
        return escaped.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
}
