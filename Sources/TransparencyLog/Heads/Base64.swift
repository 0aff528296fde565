internal import Foundation

extension [UInt8] {
    package var base64: String { Data(self).base64EncodedString() }

    /// Reads what `base64` gives and no other spelling, so that a changed character is always noticed: in the last one before
    /// the padding some bits mean nothing.
    package init?(base64 text: some StringProtocol) {
        guard let data = Data(base64Encoded: String(text)) else { return nil }
        self.init(data)
        guard base64 == text else { return nil }
    }
}
