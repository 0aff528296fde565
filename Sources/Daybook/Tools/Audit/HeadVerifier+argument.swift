internal import Foundation
internal import TransparencyLog

extension HeadVerifier {
    /// - Parameter argument: the public key itself, or the path of a file that holds it.
    init(fileOrText argument: String) throws {
        let content = FileManager.default.contents(atPath: argument).map { String(decoding: $0, as: UTF8.self) }
        do {
            try self.init(publicKey: (content ?? argument).trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw ToolError("\(argument): \(error)")
        }
    }
}
