internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// What is done around every request: errors become answers, and every answer tells browsers to be careful with it.
struct Edge<Context: RequestContext>: RouterMiddleware {
    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do { response = try await next(request, context) } catch let error as OAuthError {
            response = error.response
        } catch let error as PageError {
            response = error.response
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            response = Response(status: .internalServerError)
        }
        if response.headers[.cacheControl] == nil {
            response.headers[.cacheControl] = "no-store"
            // For caches of HTTP/1.0 (RFC 6749 5.1).
            response.headers[.pragma] = "no-cache"
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        return response
    }
}

/// Pages are for who asked for this host: a name of somebody else's that leads here would let their scripts read and send forms.
struct OwnHost<Context: RequestContext>: RouterMiddleware {
    let issuer: Issuer

    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard issuer.isAddressed(by: request.head.authority) else {
            throw PageError(
                "Not this host",
                "This provider is \(issuer.text), and answers under no other name.",
                status: .misdirectedRequest
            )
        }
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy")!
    static let xFrameOptions = Self("X-Frame-Options")!
    static let pragma = Self("Pragma")!
}
