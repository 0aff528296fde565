internal import Hummingbird

extension DevIdP {
    /// `POST /revoke` (RFC 7009). A token that is not known has ended already, so the answer is good too.
    func revoke(_ request: Request) async throws -> Response {
        let form = try await request.form()
        try form.refuseRepeated()
        let client = try authenticate(request, form)
        let token = try form.required("token")
        try grants.withLedger { ledger throws(OAuthError) in try ledger.revoke(token, client: client.id) }
        return Response(status: .ok)
    }
}
