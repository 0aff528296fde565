package import Hummingbird

extension Router where Context == DaybookRequestContext {
    /// A router that gives every request an id, logs it and answers its errors as problems. What can be got can be asked for by
    /// HEAD too.
    package static func daybook() -> Router<DaybookRequestContext> {
        let router = Router(context: DaybookRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            RequestIDs()
            AccessLog()
            ProblemAnswers()
        }
        return router
    }
}
