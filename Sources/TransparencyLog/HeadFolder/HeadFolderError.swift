internal import Foundation

/// Why heads cannot be kept or read.
package enum HeadFolderError: Error, Hashable, Sendable {
    /// The head does not go on from the latest one that is kept: it is smaller, or another of the same size.
    case goesBack(to: TreeHead, from: TreeHead)
    /// The latest head is not the one that the new one was compared with: somebody else has appended since.
    case movedOn
    /// What stands in the file is not what was written there, and no crash explains it.
    case damaged(path: String)
    /// The system's answer to a call on the path.
    case system(path: String, errno: Int32)
}

extension HeadFolderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .goesBack(let head, let latest):
            "the head of \(head.origin) at \(head.size) does not go on from the one that is kept, at \(latest.size)"
        case .movedOn: "another head was appended meanwhile"
        case .damaged(let path): "\(path) is damaged"
        case .system(let path, let errno): "\(path): \(String(cString: strerror(errno)))"
        }
    }
}
