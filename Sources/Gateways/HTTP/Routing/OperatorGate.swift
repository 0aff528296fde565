package import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Hummingbird
internal import Observability
internal import Sessions

/// Lets operators' requests in, each as an event of the control log that is there before the request is done.
package struct OperatorGate: Sendable {
    /// Of what stands in the path's places, in bytes: nobody knows what a client puts there.
    private static let targetLimit = 200

    private let commands: CommandHandler

    /// - Parameter commands: over the control log.
    package init(commands: CommandHandler) { self.commands = commands }

    /// Refuses with 403 whoever has not the role at this moment, by the log.
    func admit(_ context: DaybookRequestContext, to endpoint: Endpoint, needing role: OperatorRole) async throws {
        let account = context.account.account
        let call = NoteOperatorCall(
            by: account,
            needing: role,
            method: endpoint.method.rawValue,
            route: endpoint.path,
            target: target(of: endpoint, in: context),
            requestID: context.requestID
        )
        let context = CommandContext(
            caller: Caller(tenant: .installation, actor: .account(account), user: nil),
            correlation: UUID(text: context.requestID),
            traceparent: context.trace?.text,
            requestID: context.requestID
        )
        _ = try await commands.handle(call, in: context)
    }

    private func target(of endpoint: Endpoint, in context: DaybookRequestContext) -> String {
        let values = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { place in
            context.parameters.get(String(place.dropFirst().dropLast())) ?? ""
        }
        return String(decoding: values.joined(separator: ",").utf8.prefix(Self.targetLimit), as: UTF8.self)
    }
}
