package import EventStore
package import Foundation

package typealias UsageReportID = StreamID<UsageReportEvent>

/// A program's word for what a tenant has used up. A stream each, so that the same report counts once however often it comes.
package enum UsageReportEvent: Event {
    /// Between `from` and `to`, so many units of a meter that is reported. `user` is who used them, if that is known: a person or an
    /// agent.
    case metered(service: String, meter: Meter, quantity: Int64, from: Timestamp, to: Timestamp, user: UserID?)

    package static let category = "usage_report"
    package static let prefix = "report"
    package static let types: [EventType] = [EventType("usage.usage_metered")]

    package var type: EventType { Self.types[0] }
}

extension UsageReportID {
    /// The one stream of what a service calls so.
    package init(_ report: UUID, by service: String, of tenant: Tenant) {
        self.init(.derived("daybook.usage_report", tenant.id.bytes, Array(service.utf8), report.bytes))
    }
}
