/// Why a proof proves nothing.
package enum ProofError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed(String)
    /// This event is not what stands at the position.
    case notIncluded(position: Int64)
    /// The newer log does not begin with the older one.
    case inconsistent(old: Int64, size: Int64)

    /// The hashes of a proof's path, each in base64.
    static func path(_ texts: [String]) throws(ProofError) -> [[UInt8]] {
        var path: [[UInt8]] = []
        for text in texts {
            guard let hash = [UInt8](base64: text) else { throw .malformed("the path") }
            path.append(hash)
        }
        return path
    }

    package var description: String {
        switch self {
        case .malformed(let part): "\(part) is malformed"
        case .notIncluded(let position): "the event does not stand at position \(position) of the log with this head"
        case .inconsistent(let old, let size): "the log of \(size) events does not go on from that of \(old)"
        }
    }
}
