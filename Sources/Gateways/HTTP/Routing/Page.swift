package import Events
package import HTTPTypes
internal import Hummingbird
package import NIOCore
package import Pages

/// A page for people, or nothing but where to go on. It runs nothing, shows nothing of others, and sends its forms only here.
package struct Page: EndpointAnswer {
    package static var answerShape: JSONShape? { nil }
    static let contentType = "text/html; charset=utf-8"

    fileprivate let text: String?

    package func written() -> ByteBuffer? { text.map { ByteBuffer(string: $0) } }
}

extension Reply where Answer == Page {
    /// Where the browser goes on, with GET.
    package init(goingOnTo url: String, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.location] = url
        self.init(Page(text: nil), headers: headers)
        status = .seeOther
    }

    /// A document.
    ///
    /// - Parameters:
    ///   - nonce: what its `style` element has; new for each answer.
    ///   - status: one of those that the endpoint declares.
    package init(page document: Markup, nonce: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = Page.contentType
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        headers[.referrerPolicy] = "no-referrer"
        headers[.cacheControl] = "no-store"
        self.init(Page(text: document.text), headers: headers)
        self.status = status
    }
}
