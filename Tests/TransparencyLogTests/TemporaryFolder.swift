import Foundation
import Testing

/// A folder that is there as long as its test.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appending(path: "transparency-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }
}
