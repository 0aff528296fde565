package import Logging

/// A setting with the type that its value has. All that is said of it stands in its declaration.
package struct Setting<Value: SettingValue>: Sendable {
    package let declaration: Declaration
}

/// What can be made of the text of a setting, once that is known to be as it was declared.
package protocol SettingValue: Sendable {
    /// - Parameter text: nil where nobody has said anything and there is no default.
    static func read(_ text: String?) -> Self?
}

extension String: SettingValue {
    package static func read(_ text: String?) -> String? { text }
}

extension Int: SettingValue {
    package static func read(_ text: String?) -> Int? { text.flatMap { Int($0) } }
}

/// Whole seconds.
extension Duration: SettingValue {
    package static func read(_ text: String?) -> Duration? { Int.read(text).map { .seconds($0) } }
}

extension Logger.Level: SettingValue {
    package static func read(_ text: String?) -> Logger.Level? { text.flatMap { Logger.Level(rawValue: $0) } }
}

/// No text, or an empty one, is nil.
extension Optional: SettingValue where Wrapped: SettingValue {
    package static func read(_ text: String?) -> Wrapped?? {
        guard let text, !text.isEmpty else { return .some(nil) }
        return Wrapped.read(text).map { .some($0) }
    }
}

/// How what is logged is written.
package enum LogFormat: String, CaseIterable, SettingValue {
    /// For people.
    case text
    /// A JSON object a line, for programs.
    case json

    package static func read(_ text: String?) -> LogFormat? { text.flatMap { LogFormat(rawValue: $0) } }
}

/// A part of the whole that can run in a process of its own.
package enum ServingRole: String, CaseIterable, Sendable {
    case tenantAPI = "tenant-api"
    case realtime
    case authAPI = "auth-api"
    case orgsAPI = "orgs-api"
    case controlAPI = "control-api"
    case internalAPI = "internal-api"
    case projector
    case fanout
    /// Signs the heads of the log.
    case heads
    /// Follows the control log: projects it, and founds the organizations that were asked for.
    case registrar
}

extension Set: SettingValue where Element == ServingRole {
    package static func read(_ text: String?) -> Set<ServingRole>? {
        if text == "all" { return Set(ServingRole.allCases) }
        return text.map { Set($0.split(separator: ",").compactMap { ServingRole(rawValue: String($0)) }) }
    }
}
