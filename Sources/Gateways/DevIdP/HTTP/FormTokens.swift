internal import Crypto
internal import Foundation

/// Ties the forms of a page to the browser that was given it, so that no other site's page can send them in its name.
///
/// The browser has a random cookie; a form carries a MAC over that and over what it is for.
struct FormTokens: Sendable {
    enum Purpose: String {
        case authorize
        case logout
        case rotate
    }

    private let key = SymmetricKey(size: .bits256)

    func token(for browser: String, _ purpose: Purpose) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: Self.text(browser, purpose), using: key)).base64URL
    }

    func isValid(_ token: String?, for browser: String?, _ purpose: Purpose) -> Bool {
        guard let token, let browser else { return false }
        return Secret.areEqual(token, self.token(for: browser, purpose))
    }

    private static func text(_ browser: String, _ purpose: Purpose) -> Data {
        Data("\(purpose.rawValue) \(browser)".utf8)
    }
}
