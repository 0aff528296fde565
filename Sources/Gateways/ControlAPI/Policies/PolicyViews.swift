internal import Commands
internal import Events
internal import GatewayHTTP

extension ControlAPI {
    struct NewLLMPolicy: NewPolicy, NotedFields {
        var policy: LLMPolicy
        /// Stays in the log.
        var reason: String

        static let notes: [String: JSONShape.Note] = ["reason": .line(OrgReason.lengths, "Stays in the log.")]
    }

    struct OrgLLMPolicyView: Codable, OrgPolicyAnswer {
        let policy: LLMPolicy
        /// Whether operators have said nothing else.
        let isDefault: Bool
        let reason: String?
        let setAt: Timestamp?
        /// Whether the tenant has been told.
        let isInForce: Bool

        private enum CodingKeys: String, CodingKey {
            case policy, reason
            case isDefault = "is_default"
            case setAt = "set_at"
            case isInForce = "is_in_force"
        }
    }

    struct NewVMPolicy: NewPolicy, NotedFields {
        var policy: VMPolicy
        /// Stays in the log.
        var reason: String

        static let notes: [String: JSONShape.Note] = ["reason": .line(OrgReason.lengths, "Stays in the log.")]
    }

    struct OrgVMPolicyView: Codable, OrgPolicyAnswer {
        let policy: VMPolicy
        /// Whether operators have said nothing else.
        let isDefault: Bool
        let reason: String?
        let setAt: Timestamp?
        /// Whether the tenant has been told.
        let isInForce: Bool

        private enum CodingKeys: String, CodingKey {
            case policy, reason
            case isDefault = "is_default"
            case setAt = "set_at"
            case isInForce = "is_in_force"
        }
    }

    struct NewFSCachePolicy: NewPolicy, NotedFields {
        var policy: FSCachePolicy
        /// Stays in the log.
        var reason: String

        static let notes: [String: JSONShape.Note] = ["reason": .line(OrgReason.lengths, "Stays in the log.")]
    }

    struct OrgFSCachePolicyView: Codable, OrgPolicyAnswer {
        let policy: FSCachePolicy
        /// Whether operators have said nothing else.
        let isDefault: Bool
        let reason: String?
        let setAt: Timestamp?
        /// Whether the tenant has been told.
        let isInForce: Bool

        private enum CodingKeys: String, CodingKey {
            case policy, reason
            case isDefault = "is_default"
            case setAt = "set_at"
            case isInForce = "is_in_force"
        }
    }
}
