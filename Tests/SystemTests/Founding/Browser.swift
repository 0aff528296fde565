import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// What a person's browser does: keeps cookies for each place, follows where it is sent, fills forms in.
final class Browser: Sendable {
    struct Page: Sendable {
        let url: String
        let status: Int
        let text: String

        /// The body as JSON: null for what is none.
        var json: JSON { (try? JSONDecoder().decode(JSON.self, from: Data(text.utf8))) ?? .null }
    }

    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: HTTPClient.Configuration(redirectConfiguration: .disallow)
    )

    /// Where it stops instead of going on: at what begins with this.
    let stop: String?

    init(stoppingAt stop: String? = nil) { self.stop = stop }

    /// By host and port.
    private let jar = Mutex<[String: [String: String]]>([:])

    func cookie(_ name: String, at url: String) -> String? { jar.withLock { $0[Self.place(of: url)]?[name] } }

    /// Opens a page, and goes on to wherever it leads.
    ///
    /// - Parameter headers: of the first request alone.
    func open(_ url: String, headers: [String: String] = [:]) async throws -> Page {
        try await go(.GET, url, nil, headers)
    }

    /// Sends a form, as a page of the same place does.
    ///
    /// - Parameter origin: that of the place unless told otherwise; pages that tell nobody whence they come send `null`.
    func send(_ fields: [(String, String)], to url: String, origin: String? = nil) async throws -> Page {
        let unreserved = CharacterSet.alphanumerics
        let body = fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")"
        }.joined(separator: "&")
        return try await go(
            .POST,
            url,
            body,
            [
                "content-type": "application/x-www-form-urlencoded", "origin": origin ?? Self.origin(of: url),
                "sec-fetch-site": "same-origin",
            ]
        )
    }

    /// Sends JSON, as a script of a page does.
    ///
    /// - Parameter origin: of the page; that of the place that it sends to unless told otherwise.
    func send(
        _ method: HTTPMethod,
        _ body: JSON?,
        to url: String,
        origin: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Page {
        var headers = headers
        headers["origin"] = origin ?? Self.origin(of: url)
        headers["sec-fetch-site"] = origin == nil ? "same-origin" : "cross-site"
        var text: String?
        if let body {
            headers["content-type"] = "application/json"
            text = String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
        }
        return try await go(method, url, text, headers)
    }

    private func go(
        _ method: HTTPMethod,
        _ url: String,
        _ body: String?,
        _ headers: [String: String]
    ) async throws -> Page {
        var (method, url, body, headers) = (method, url, body, headers)
        for _ in 0..<10 {
            var request = HTTPClientRequest(url: url)
            request.method = method
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            let cookies = jar.withLock { $0[Self.place(of: url)] ?? [:] }.sorted { $0.key < $1.key }
            if !cookies.isEmpty {
                request.headers.add(
                    name: "cookie",
                    value: cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
                )
            }
            if let body { request.body = .bytes(ByteBuffer(string: body)) }
            let response = try await Self.client.execute(request, timeout: .seconds(30))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
            keep(response.headers["set-cookie"], at: url)
            guard let location = response.headers.first(name: "location"), (300..<400).contains(response.status.code)
            else {
                return Page(url: url, status: Int(response.status.code), text: text)
            }
            url = location.hasPrefix("/") ? Self.origin(of: url) + location : location
            if let stop, url.hasPrefix(stop) { return Page(url: url, status: 0, text: "") }
            (method, body, headers) = (.GET, nil, [:])
        }
        throw TooManyRedirects(url: url)
    }

    private struct TooManyRedirects: Error { let url: String }

    private func keep(_ cookies: [String], at url: String) {
        for cookie in cookies {
            let parts = cookie.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            let value = parts.count > 1 ? String(parts[1]) : ""
            jar.withLock { $0[Self.place(of: url), default: [:]][String(parts[0])] = value.isEmpty ? nil : value }
        }
    }

    private static func place(of url: String) -> String {
        url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first.map(String.init) ?? ""
    }

    private static func origin(of url: String) -> String {
        url.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
    }
}

extension Browser.Page {
    /// The hidden fields of the form that has this one.
    func form(with field: (String, String)) throws -> [(String, String)] {
        for form in forms {
            let hidden = Self.hidden(form)
            if hidden.contains(where: { $0 == field }) { return hidden }
        }
        throw NoForm(text: text)
    }

    /// The hidden fields of the form that asks for this.
    func form(asking name: String) throws -> [(String, String)] {
        for form in forms where form.contains(" name=\"\(name)\"") { return Self.hidden(form) }
        throw NoForm(text: text)
    }

    private var forms: [String] {
        text.components(separatedBy: "<form").dropFirst().map { $0.components(separatedBy: "</form>")[0] }
    }

    private static func hidden(_ form: String) -> [(String, String)] {
        form.matches(of: #/<input\b[^>]*>/#).map { String($0.0) }.filter { attribute("type", of: $0) == "hidden" }
            .compactMap { tag in attribute("name", of: tag).map { ($0, attribute("value", of: tag) ?? "") } }
    }

    private static func attribute(_ name: String, of tag: String) -> String? {
        guard let start = tag.firstRange(of: " \(name)=\"") else { return nil }
        return unescaped(String(tag[start.upperBound...].prefix { $0 != "\"" }))
    }

    private struct NoForm: Error { let text: String }

    private static func unescaped(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&#34;", with: "\"")
            .replacing("&amp;", with: "&")
    }
}
