/// What a service may do by the internal API.
package enum ServiceScope: String, Codable, Sendable, CaseIterable {
    /// Learns where tenants live.
    case tenantsRead = "tenants:read"
    /// Says what tenants have used up.
    case usageWrite = "usage:write"
}
