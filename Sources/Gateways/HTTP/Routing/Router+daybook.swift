package import Hummingbird

extension Router where Context == DaybookRequestContext {
    /// A router whose requests have an id, are traced if anybody records traces, measured and logged, refused when the process is
    /// about to end, and their errors answered as problems. What can be got can be asked for by HEAD too.
    ///
    /// - Parameter isSecure: whether browsers find the installation by https.
    package static func daybook(
        _ draining: Draining = Draining(),
        isTraced: Bool = false,
        isSecure: Bool = false
    ) -> Router<DaybookRequestContext> {
        let router = Router(context: DaybookRequestContext.self, options: .autoGenerateHeadEndpoints)
        if isTraced { router.add(middleware: RequestSpans()) }
        router.add(middleware: RequestEdge(draining, isSecure: isSecure))
        return router
    }
}
