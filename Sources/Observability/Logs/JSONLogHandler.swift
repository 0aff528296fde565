internal import Foundation
package import Logging

/// Writes each occurrence as one line of JSON, for programs that collect logs.
///
///     {"time":"2026-03-01T12:00:00.123Z","level":"info","message":"request","logger":"daybook","status":201,"tenant":"…"}
///
/// Time, level, message and logger come first and mean the same everywhere; everything else is metadata, numbers as numbers. A
/// metadata key that is called like one of the four gets a `_` behind its name.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private static let ownKeys: Set<String> = ["time", "level", "message", "logger"]

    private let label: String
    private let write: @Sendable (String) -> Void

    /// - Parameter write: gets whole lines, with their line feeds.
    package init(label: String, write: @escaping @Sendable (String) -> Void) {
        self.label = label
        self.write = write
    }

    /// One that writes to standard error, each line in one call, so that those of several threads do not mix.
    package static func standardError(label: String) -> JSONLogHandler {
        JSONLogHandler(label: label) { line in
            // Whoever does not read what we say does not stop us.
            try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
        }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let here = event.metadata { all.merge(here) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }

        var line = JSONLine()
        line.add("time", Date.now.formatted(Self.time))
        line.add("level", event.level.rawValue)
        line.add("message", event.message.description)
        line.add("logger", label)
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line.add(Self.ownKeys.contains(key) ? key + "_" : key, value)
        }
        write(line.finished)
    }

    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

/// A JSON object that is written in the order in which its fields are added.
private struct JSONLine {
    private var text = "{"

    var finished: String { text + "}\n" }

    mutating func add(_ key: String, _ value: String) {
        begin(key)
        append(value)
    }

    mutating func add(_ key: String, _ value: Logger.Metadata.Value) {
        begin(key)
        append(value)
    }

    private mutating func begin(_ key: String) {
        if text != "{" { text.append(",") }
        append(key)
        text.append(":")
    }

    private mutating func append(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let string): append(string)
        case .stringConvertible(let value as Int): text += "\(value)"
        case .stringConvertible(let value as Int64): text += "\(value)"
        case .stringConvertible(let value as Bool): text += "\(value)"
        case .stringConvertible(let value as Double) where value.isFinite: text += "\(value)"
        case .stringConvertible(let value): append(value.description)
        case .array(let values):
            text.append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { text.append(",") }
                append(value)
            }
            text.append("]")
        case .dictionary(let fields):
            var inner = JSONLine()
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) { inner.add(key, value) }
            text += inner.text + "}"
        }
    }

    private mutating func append(_ string: String) {
        text.append("\"")
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += #"\""#
            case "\\": text += #"\\"#
            case "\n": text += #"\n"#
            case "\r": text += #"\r"#
            case "\t": text += #"\t"#
            // The last three end a line for some who read them.
            case "\u{0}"..."\u{1F}", "\u{85}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.append("\"")
    }
}
