internal import Foundation

/// Keeps messages in a folder instead of sending them, for development and tests:
///
///     FOLDER/20261123T160405.123456Z-5f0c2a9e.eml
///
/// Each is a file that mail programs open and only its owner may read. Files stand in the order in which they were
/// written, and a file that is there is whole. Writes block for as long as the disk takes.
package struct MailFolder: Mailer {
    private let path: String
    private let sender: MailSender

    /// - Parameter path: is made with the first message if it is not there.
    package init(path: String, sender: MailSender) {
        self.path = path
        self.sender = sender
    }

    package func send(_ message: MailMessage) async throws(MailError) {
        let now = Date()
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw MailError(.folder, isRetriable: true, "cannot make the folder \(path)")
        }
        let name = "\(Self.time(now))-\(UUID().uuidString.prefix(8).lowercased())"
        try write(message.bytes(from: sender, at: now), to: "\(path)/\(name).eml", by: "\(path)/.\(name).part")
    }

    private func write(_ bytes: [UInt8], to file: String, by part: String) throws(MailError) {
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("make a file in \(path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
        } catch {
            // What it holds is of no use; it stays where even this fails.
            unlink(part)
            throw MailError(.folder, isRetriable: true, "cannot write to \(path)")
        }
        guard rename(part, file) == 0 else {
            let failure = failure("name a file in \(path)")
            // The same.
            unlink(part)
            throw failure
        }
    }

    private func failure(_ deed: String) -> MailError {
        MailError(.folder, isRetriable: true, "cannot \(deed): \(String(cString: strerror(errno)))")
    }

    /// `20261123T160405.123456Z`
    private static func time(_ date: Date) -> String {
        let microseconds = Int64(date.timeIntervalSince1970 * 1_000_000)
        var (seconds, time) = (time_t(microseconds / 1_000_000), tm())
        gmtime_r(&seconds, &time)
        let digits = [time.tm_year + 1900, time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec].map {
            $0 < 10 ? "0\($0)" : "\($0)"
        }
        let fraction = String(1_000_000 + microseconds % 1_000_000).dropFirst()
        return digits[0...2].joined() + "T" + digits[3...5].joined() + ".\(fraction)Z"
    }
}
