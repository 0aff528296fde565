package import Events
package import NIOCore

extension JSONWriter {
    /// An answer as it is sent, fields without a value as `null` unless told otherwise.
    package static func write(_ value: some Encodable, capacity: Int = 512, nils: Nils = .written) -> ByteBuffer {
        do { return ByteBuffer(bytes: try bytes(of: value, nils: nils, capacity: capacity)) } catch {
            preconditionFailure("an answer cannot be encoded: \(error)")
        }
    }
}
