import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// What a browser does at a provider: follows redirects, keeps cookies, fills in forms.
final class Browser {
    struct Page {
        let url: String
        let status: Int
        let text: String
    }

    enum End {
        case page(Page)
        /// The provider is done and sends the browser back to us.
        case away(url: String)
    }

    struct Lost: Error, CustomStringConvertible {
        let description: String
    }

    private let client: HTTPClient
    private var cookies: [String: String] = [:]

    private init(client: HTTPClient) { self.client = client }

    static func run(_ test: (Browser) async throws -> Void) async throws {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: .init(redirectConfiguration: .disallow)
        )
        do {
            try await test(Browser(client: client))
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    /// - Parameter home: where addresses begin that are ours.
    func open(_ url: String, home: String) async throws -> End { try await send(.GET, url, nil, home: home) }

    /// Sends the page's form with what it holds and these fields.
    func submit(_ page: Page, _ fields: [String: String], home: String) async throws -> End {
        guard
            let form = pieces(of: page.text, from: "<form", to: "</form>").first(where: {
                $0.contains("method=\"POST\"")
            })
        else {
            throw Lost(description: "no form on \(page.url) (\(page.status)): \(page.text.prefix(2000))")
        }
        var values = fields
        for tag in pieces(of: form, from: "<input", to: ">") {
            guard attribute("type", of: tag) == "hidden", let name = attribute("name", of: tag), values[name] == nil
            else { continue }
            values[name] = attribute("value", of: tag) ?? ""
        }
        let action = attribute("action", of: String(form.prefix { $0 != ">" })) ?? ""
        let body = values.map { "\(encode($0.key))=\(encode($0.value))" }.joined(separator: "&")
        return try await send(.POST, action.isEmpty ? page.url : absolute(action, page.url), body, home: home)
    }

    private func send(_ method: HTTPMethod, _ url: String, _ body: String?, home: String) async throws -> End {
        var (method, url, body) = (method, url, body)
        for _ in 0..<10 {
            if url.hasPrefix(home) { return .away(url: url) }
            var request = HTTPClientRequest(url: url)
            request.method = method
            if !cookies.isEmpty {
                request.headers.add(
                    name: "Cookie",
                    value: cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
                )
            }
            if let body {
                request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
                request.body = .bytes(ByteBuffer(string: body))
            }
            let response = try await client.execute(request, timeout: .seconds(20))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 22))
            for cookie in response.headers["Set-Cookie"] {
                let pair = cookie.prefix { $0 != ";" }.split(
                    separator: "=",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
            }
            guard (300..<400).contains(response.status.code), let next = response.headers.first(name: "Location") else {
                return .page(Page(url: url, status: Int(response.status.code), text: text))
            }
            (method, url, body) = (.GET, absolute(next, url), nil)
        }
        throw Lost(description: "sent around in circles at \(url)")
    }

    private func pieces(of text: String, from start: String, to end: String) -> [String] {
        text.components(separatedBy: start).dropFirst().map { start + ($0.components(separatedBy: end).first ?? "") }
    }

    private func absolute(_ url: String, _ base: String) -> String {
        URL(string: url, relativeTo: URL(string: base))?.absoluteString ?? url
    }

    private func attribute(_ name: String, of tag: String) -> String? {
        guard let start = tag.firstRange(of: " \(name)=\"") else { return nil }
        let text = String(tag[start.upperBound...].prefix { $0 != "\"" })
        return text.replacing("&amp;", with: "&").replacing("&#34;", with: "\"")
    }

    private func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
