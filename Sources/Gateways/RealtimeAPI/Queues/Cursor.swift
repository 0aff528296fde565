internal import Crypto
internal import EventStore
internal import Foundation
internal import GatewayHTTP
internal import Projections

/// How far a queue's client has come.
struct Cursor: Sendable, Equatable {
    let queue: UUID
    /// Everything up to here has been delivered, or is not for this queue.
    var place: RealtimePlace
    /// How many events were delivered: the number of the last one.
    var count: UInt64
    /// How many of them in a row came from the log, because Redis did not hold them.
    var refilled: UInt32
}

/// Cursors as clients carry them, sealed: no position leaves the system, and none can be made up.
///
/// ```
/// base64url( form 1 ‖ nonce 12 ‖ AES-256-GCM( queue 16 ‖ position 8 ‖ index 2 ‖ count 8 ‖ refilled 4 ) ‖ tag 16 )
/// authenticated with: form ‖ tenant 16 ‖ user 16
/// ```
///
/// The nonce is derived from what is sealed, so that it never repeats for other contents, and the same place of the same queue
/// is always the same cursor, as long as the master key is the same.
struct CursorSeal: Sendable {
    private static let form: UInt8 = 1

    private let masterKey: any KeyManagement

    init(masterKey: any KeyManagement) { self.masterKey = masterKey }

    private var sealing: DerivedKeys { masterKey.derived(for: "realtime-cursor") }
    private var naming: DerivedKeys { masterKey.derived(for: "realtime-cursor-nonce") }

    func seal(_ cursor: Cursor, of owner: QueueOwner) -> String {
        var plain = cursor.queue.bytes
        plain.append(cursor.place.position)
        plain.append(cursor.place.index)
        plain.append(cursor.count)
        plain.append(cursor.refilled)
        let known = [Self.form] + owner.bytes
        let code = HMAC<SHA256>.authenticationCode(for: known + plain, using: naming.current)
        guard
            let nonce = try? AES.GCM.Nonce(data: Array(code).prefix(12)),
            let box = try? AES.GCM.seal(plain, using: sealing.current, nonce: nonce, authenticating: known).combined
        else { preconditionFailure("12 bytes are a nonce, and 38 bytes can be sealed") }
        return Base64URL.encode([Self.form] + box)
    }

    /// Nil for a text that was not sealed for this user of this tenant.
    func open(_ text: String, of owner: QueueOwner) -> Cursor? {
        guard let bytes = Base64URL.decode(text), bytes.count == 1 + 12 + 38 + 16, bytes[0] == Self.form else {
            return nil
        }
        // A box that does not open was forged, or made for somebody else: that is all there is to know.
        guard
            let box = try? AES.GCM.SealedBox(combined: bytes.dropFirst()),
            let plain = sealing.all.firstNonNil({ key in
                try? AES.GCM.open(box, using: key, authenticating: [Self.form] + owner.bytes)
            }),
            let queue = UUID(bytes: plain.prefix(16))
        else { return nil }
        let numbers = Array(plain.dropFirst(16))
        return Cursor(
            queue: queue,
            place: RealtimePlace(Int64(number: numbers[0..<8]), UInt16(number: numbers[8..<10])),
            count: UInt64(number: numbers[10..<18]),
            refilled: UInt32(number: numbers[18..<22])
        )
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}

extension FixedWidthInteger {
    /// Of big-endian bytes.
    fileprivate init(number bytes: ArraySlice<UInt8>) { self = bytes.reduce(0) { $0 << 8 | Self($1) } }
}
