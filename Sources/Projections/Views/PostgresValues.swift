internal import Events
internal import Postgres

// The vocabulary's words as columns hold them.

extension Role: PostgresScalar {}
extension RoomRole: PostgresScalar {}
extension UserEvent.Kind: PostgresScalar {}
extension RoomEvent.Kind: PostgresScalar {}
extension Meter: PostgresScalar {}
extension LimitSource: PostgresScalar {}

extension Timestamp {
    var postgres: PostgresTimestamp { PostgresTimestamp(microsecondsSince1970: microseconds) }

    init(_ timestamp: PostgresTimestamp) { self.init(microseconds: timestamp.microsecondsSince1970) }
}
