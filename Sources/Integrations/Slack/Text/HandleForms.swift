internal import Commands
internal import EventStore
internal import Foundation

/// The handles that a user of the archive may get, the wished-for first: a name may be taken, in the archive or here.
struct HandleForms {
    let forms: [String]

    /// - Parameter id: the user's identifier here, by which the others are told apart.
    init(name: String, id: UUID) {
        let plain = Self.normalized(name)
        let digits = id.text.filter { $0 != "-" }
        forms = [plain, "\(plain.prefix(55))-\(digits.suffix(6))", "slack-\(digits)"]
    }

    /// Lower-case, with a hyphen for everything that a handle cannot hold, accents taken off.
    private static func normalized(_ name: String) -> String {
        let bare =
            name.applyingTransform(.toLatin, reverse: false)?.applyingTransform(.stripDiacritics, reverse: false)
            ?? name
        let mapped = bare.lowercased().map { Handle.normalized(String($0)) ?? "-" }.joined()
        let trimmed = String(mapped.prefix(64)).trimmingCharacters(in: CharacterSet(charactersIn: "-."))
        return trimmed.isEmpty ? "user" : trimmed
    }
}
