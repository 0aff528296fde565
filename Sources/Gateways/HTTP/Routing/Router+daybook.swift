package import Hummingbird

extension Router where Context == DaybookRequestContext {
    /// A router that gives every request an id, counts it, traces it, logs it, refuses it when the process is about to end, and
    /// answers its errors as problems. What can be got can be asked for by HEAD too.
    package static func daybook(_ draining: Draining = Draining()) -> Router<DaybookRequestContext> {
        let router = Router(context: DaybookRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            RequestIDs()
            RequestMeter()
            RequestSpans()
            AccessLog()
            DrainingGate(draining)
            ProblemAnswers()
        }
        return router
    }
}
