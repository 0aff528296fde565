package import Events

/// How much of a meter was used, in all or by something.
package struct UsageView: Codable, Sendable, Equatable {
    package var meter: Meter
    /// Messages posted; users or rooms at the end of the day or of the whole time.
    package var quantity: Int64
    /// Such as `2026-11-22`, where it is by day.
    package var day: String?
    /// Where it is by user.
    package var userID: String?
    /// Where it is by room.
    package var roomID: String?

    package init(
        meter: Meter,
        quantity: Int64,
        day: String? = nil,
        userID: String? = nil,
        roomID: String? = nil
    ) {
        self.meter = meter
        self.quantity = quantity
        self.day = day
        self.userID = userID
        self.roomID = roomID
    }

    private enum CodingKeys: String, CodingKey {
        case meter, quantity, day
        case userID = "user_id"
        case roomID = "room_id"
    }
}

/// How much of a meter a tenant may use, and uses. A bound that is null does not bound.
package struct LimitView: Codable, Sendable, Equatable {
    package var meter: Meter
    /// What holds: of both sides the lower bound each.
    package var hard: Int64?
    package var soft: Int64?
    package var used: Int64
    /// When the count begins anew; null for a meter that does not.
    package var periodEndsAt: Timestamp?
    /// What the operators grant.
    package var grantedHard: Int64?
    package var grantedSoft: Int64?
    /// Where that comes from.
    package var source: LimitSource
    /// What the owners allow themselves.
    package var ownHard: Int64?
    package var ownSoft: Int64?

    package init(
        meter: Meter,
        used: Int64,
        periodEndsAt: Timestamp?,
        granted: MeterLimit,
        source: LimitSource,
        own: MeterLimit
    ) {
        let limit = granted.lowest(own)
        self.meter = meter
        hard = limit.hard
        soft = limit.soft
        self.used = used
        self.periodEndsAt = periodEndsAt
        grantedHard = granted.hard
        grantedSoft = granted.soft
        self.source = source
        ownHard = own.hard
        ownSoft = own.soft
    }

    private enum CodingKeys: String, CodingKey {
        case meter, hard, soft, used
        case periodEndsAt = "period_ends_at"
        case grantedHard = "granted_hard"
        case grantedSoft = "granted_soft"
        case source
        case ownHard = "own_hard"
        case ownSoft = "own_soft"
    }
}

/// What was used in a month.
package struct BillingPeriodView: Codable, Sendable, Equatable {
    /// Such as `2026-11`.
    package var period: String
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    /// Null while what is said of it may still change.
    package var closedAt: Timestamp?
    /// One for each meter: what was used in it, or how many there were at its end, or are now.
    package var quantities: [Quantity]

    package struct Quantity: Codable, Sendable, Equatable {
        package var meter: Meter
        package var quantity: Int64
    }

    /// Of which nothing was used yet.
    init(_ month: Month, closedAt: Timestamp?) {
        period = "\(month)"
        startsAt = month.start
        endsAt = month.end
        self.closedAt = closedAt
        quantities = Meter.allCases.map { Quantity(meter: $0, quantity: 0) }
    }

    mutating func set(_ quantity: Int64, of meter: Meter) {
        guard let index = quantities.firstIndex(where: { $0.meter == meter }) else { return }
        quantities[index].quantity = quantity
    }

    private enum CodingKeys: String, CodingKey {
        case period
        case startsAt = "starts_at"
        case endsAt = "ends_at"
        case closedAt = "closed_at"
        case quantities
    }
}
