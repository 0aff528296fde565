package import EventStore
package import Events
package import Foundation

/// A user of a tenant: whose queue it is. Users of two tenants may have the same identifier.
package typealias QueueOwner = RealtimeFacts.Key<UserID>

/// Where everything lies in Redis.
///
/// ```
/// daybook:wake                      stream    what has come, for the gateways        (FanoutWake)
/// daybook:<p>:owner                 string    lease epoch of the partition's fan-out: who may write
/// daybook:<p>:state                 hash      e: store epoch, w: watermark
/// daybook:<p>:interest              stream    u: tenant ‖ user, somebody has come for them
/// daybook:<p>:served                set       tenant ‖ user, whose queues are kept
/// daybook:<p>:q:<tenant>:<user>     stream    id: position-k, e: reference           (FanoutEntry)
/// daybook:<p>:u:<tenant>:<user>     hash      f: floor, r<room> | c | d | *: revocations (FanoutFences)
/// daybook:<p>:ev:<position>-<k>     string    payload                                (RealtimePayload.stored)
/// daybook:poll:<queue>              string    gateway, alive until                   (the realtime API's)
/// daybook:notices:<gateway>         stream    whose polls are over                   (the realtime API's)
/// daybook:limit:<digest>            string    since when how much of a limit is used (RateLimits)
/// ```
package enum FanoutKeys {
    package static let wake = "daybook:wake"

    package static func owner(_ partition: Partition) -> String { "daybook:\(partition):owner" }
    package static func state(_ partition: Partition) -> String { "daybook:\(partition):state" }
    package static func interest(_ partition: Partition) -> String { "daybook:\(partition):interest" }
    package static func served(_ partition: Partition) -> String { "daybook:\(partition):served" }

    package static func queue(_ owner: QueueOwner, _ partition: Partition) -> String {
        "daybook:\(partition):q:\(owner.tenant.hex):\(owner.id.uuid.hex)"
    }

    package static func fences(_ owner: QueueOwner, _ partition: Partition) -> String {
        "daybook:\(partition):u:\(owner.tenant.hex):\(owner.id.uuid.hex)"
    }

    package static func payload(_ place: RealtimePlace, _ partition: Partition) -> String {
        "daybook:\(partition):ev:\(place.position)-\(place.index)"
    }

    package static func notices(for gateway: String) -> String { "daybook:notices:\(gateway)" }
    package static func poll(_ queue: UUID) -> String { "daybook:poll:\(queue.hex)" }
}

extension RealtimeFacts.Key where ID == UserID {
    /// 32 bytes: tenant ‖ user.
    package var bytes: [UInt8] { tenant.bytes + id.uuid.bytes }

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32, let tenant = UUID(bytes: bytes.prefix(16)), let user = UUID(bytes: bytes.suffix(16))
        else {
            return nil
        }
        self.init(tenant, UserID(user))
    }
}

extension UUID {
    /// 32 hexadecimal digits.
    package var hex: String {
        String(unsafeUninitializedCapacity: 32) { text in
            withUnsafeBytes(of: uuid) { bytes in
                for (index, byte) in bytes.enumerated() {
                    text[2 * index] = Self.hexDigit(byte >> 4)
                    text[2 * index + 1] = Self.hexDigit(byte & 0xF)
                }
            }
            return 32
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}
