package import Logging

/// Hands on what is logged without the secrets in it: in messages, in metadata and in errors.
package struct RedactingLogHandler: LogHandler {
    private let redactor: Redactor
    private var handler: any LogHandler

    package init(_ handler: any LogHandler, by redactor: Redactor) {
        (self.handler, self.redactor) = (handler, redactor)
    }

    package var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    package var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue.mapValues(redacted) }
    }

    package var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue.map(redacted) }
    }

    package func log(event: LogEvent) {
        var event = event
        event.message = "\(redactor.redacted(event.message.description))"
        event.metadata = event.metadata?.mapValues(redacted)
        // An error is written as text anyway.
        if let error = event.error {
            event.error = nil
            event.metadata = (event.metadata ?? [:]).merging(["error": "\(redactor.redacted("\(error)"))"]) { $1 }
        }
        handler.log(event: event)
    }

    private func redacted(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        switch value {
        case .string(let text): .string(redactor.redacted(text))
        // Numbers stay numbers.
        case .stringConvertible(is any BinaryInteger), .stringConvertible(is any BinaryFloatingPoint),
            .stringConvertible(is Bool):
            value
        case .stringConvertible(let other): .string(redactor.redacted(other.description))
        case .array(let values): .array(values.map(redacted))
        case .dictionary(let fields): .dictionary(fields.mapValues(redacted))
        }
    }
}
