import Events
import Foundation
import HTTPTypes

/// What is sent for one cell.
struct Request {
    let method: HTTPRequest.Method
    let path: String
    let body: String?
    /// Of the body.
    var type = "application/json"
    /// Instead of the asker's own, for what uses a session or an account up.
    var token: String?
    private var other: String?

    /// - Parameter absent: where the same leads to nothing at all; unless told, the path with identifiers that nobody has.
    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        token: String? = nil,
        absent: String? = nil
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.token = token
        other = absent
    }

    /// The same request for something that is not there.
    var ofNothing: Request {
        let identifier = #/[a-z]+_([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})/#
        let path =
            other
            ?? path.replacing(identifier) { match in
                match.output.0.prefix { $0 != "_" } + "_" + RoomID().uuid.uuidString.lowercased()
            }
        return Request(method, path, body, token: token)
    }
}
