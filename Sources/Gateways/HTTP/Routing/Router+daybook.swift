package import Hummingbird

extension Router where Context == DaybookRequestContext {
    /// A router that gives every request an id, traces it if anybody records traces, measures and logs it, refuses it when the
    /// process is about to end, and answers its errors as problems. What can be got can be asked for by HEAD too.
    ///
    /// Every layer is a frame of every parked poll.
    package static func daybook(
        _ draining: Draining = Draining(),
        isTraced: Bool = false
    ) -> Router<DaybookRequestContext> {
        let router = Router(context: DaybookRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIDs())
        if isTraced { router.add(middleware: RequestSpans()) }
        router.addMiddleware {
            AccessLog()
            DrainingGate(draining)
            ProblemAnswers()
        }
        return router
    }
}
