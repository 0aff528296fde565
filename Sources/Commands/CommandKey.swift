internal import Crypto
internal import EventStore
internal import Events
internal import Foundation

/// What the log knows a command by: 32 bytes that are the same for a repeat, and 32 that tell whether it asks for the
/// same. Without a key of the client's there is no repeat, and both are random.
struct CommandKey: Sendable {
    let key: [UInt8]
    /// The first is written down. The others are what it would be under other secrets of the installation, since a repeat may come
    /// after they were changed, or to a process that has not heard of it.
    let requests: [[UInt8]]

    /// - Parameter secrets: what a command asks for may be a text that is to be erased one day: without a secret nobody can try
    ///   which it was.
    init<C: Command>(_ command: C, in context: CommandContext, under secrets: DerivedKeys) throws {
        guard let idempotencyKey = context.idempotencyKey else {
            key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
            requests = [key]
            return
        }
        key = Self.key(of: C.name, idempotencyKey, for: context.caller)
        let asked = try JSONWriter.bytes(of: command, nils: .leftOut)
        requests = secrets.all.map { Array(HMAC<SHA256>.authenticationCode(for: asked, using: $0)) }
    }

    /// SHA-256 of tenant, actor, whom it acts for, command and the client's key, each after its length in 32 bits.
    private static func key(of command: String, _ key: String, for caller: Caller) -> [UInt8] {
        let actor =
            switch caller.actor {
            case .user(let id): "user:" + id.description
            case .system: "system"
            case .integration(let name): "integration:" + name
            case .account(let id): "account:" + id.description
            }
        var hash = SHA256()
        for part in [
            caller.tenant.id.bytes, Array(actor.utf8), caller.actingUser?.uuid.bytes ?? [], Array(command.utf8),
            Array(key.utf8),
        ] {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        return Array(hash.finalize())
    }
}

/// What the log keeps for whoever repeats a key: `{"ok": <answer>}` or `{"refused": {"kind", "code", "message",
/// "pointer"}}`.
enum StoredAnswer<Answer: Codable & Sendable>: Codable {
    case ok(Answer)
    case refused(Refusal)

    private enum CodingKeys: String, CodingKey {
        case ok, refused
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let refusal = try container.decodeIfPresent(Refusal.self, forKey: .refused) {
            self = .refused(refusal)
        } else {
            self = .ok(try container.decode(Answer.self, forKey: .ok))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .ok(let answer): try container.encode(answer, forKey: .ok)
        case .refused(let refusal): try container.encode(refusal, forKey: .refused)
        }
    }

    init(bytes: [UInt8]) throws { self = try JSONReader.value(Self.self, of: bytes) }

    func bytes() throws -> [UInt8] {
        try JSONWriter.bytes(of: self, nils: .leftOut)
    }
}
