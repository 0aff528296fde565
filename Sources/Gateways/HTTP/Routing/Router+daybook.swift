package import Hummingbird

extension Router where Context == DaybookRequestContext {
    /// A router that gives every request an id, logs it and answers its errors as problems.
    package static func daybook() -> Router<DaybookRequestContext> {
        let router = Router(context: DaybookRequestContext.self)
        router.addMiddleware {
            RequestIDs()
            AccessLog()
            ProblemAnswers()
        }
        return router
    }
}
