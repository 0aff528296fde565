internal import HTTPTypes
internal import Hummingbird
internal import Pages

/// A page that says one thing.
struct NoticePage: Sendable {
    let page: Page

    init(_ title: String, _ text: String) { page = Page(title, "<p>\(text)</p>") }
}

/// An error for who sits in front of the browser.
struct PageError: Error {
    let title: String
    let text: String
    let status: HTTPResponse.Status

    init(_ title: String, _ text: String, status: HTTPResponse.Status = .badRequest) {
        self.title = title
        self.text = text
        self.status = status
    }

    var response: Response { NoticePage(title, text).page.response(status: status) }
}
