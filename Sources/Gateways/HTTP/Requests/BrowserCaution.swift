internal import HTTPTypes

/// What every answer tells browsers unless its endpoint has said it already: to take it for nothing but what it says it is, to
/// run nothing in it, to show it in no frame, and to tell nobody whence a link was followed.
struct BrowserCaution: Sendable {
    /// Whether browsers find the installation by https, and shall never look for it otherwise.
    let isSecure: Bool

    func add(to headers: inout HTTPFields) {
        add("nosniff", as: .xContentTypeOptions, to: &headers)
        add("no-referrer", as: .referrerPolicy, to: &headers)
        add("default-src 'none'; frame-ancestors 'none'", as: .contentSecurityPolicy, to: &headers)
        if isSecure { add("max-age=31536000", as: .strictTransportSecurity, to: &headers) }
    }

    private func add(_ value: String, as name: HTTPField.Name, to headers: inout HTTPFields) {
        guard !headers.contains(name) else { return }
        headers.append(HTTPField(name: name, value: value))
    }
}
