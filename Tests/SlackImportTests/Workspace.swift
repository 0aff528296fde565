import Commands
import EventStore
import Events
import Foundation
import Postgres
import SlackImport
import TestSupport

/// A tenant to import into, and what then lies in its log.
struct Workspace {
    let database: TestDatabase
    let tenant: Tenant
    let log: EventLog
    let handler: CommandHandler

    static func run(_ body: (Workspace) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            let log = database.log()
            let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            let handler = CommandHandler(log: log, codec: EventCodec(keyring: keyring), logger: database.logger)
            let tenant = try await database.makeTenant()
            try await body(Workspace(database: database, tenant: tenant, log: log, handler: handler))
        }
    }

    func add(_ handle: String, role: Role) async throws -> UserID {
        let user = UserID()
        let context = CommandContext(caller: Caller(tenant: tenant, actor: .system, user: nil))
        _ = try await handler.handle(AddUser(user: user, handle: handle, name: handle, role: role), in: context)
        return user
    }

    func importing(
        _ fixture: ZipFixture,
        as owner: UserID? = nil,
        progress: (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportReport {
        // As a new process does it, which remembers nothing.
        handler.clearCache()
        let archive = try SlackArchive(path: fixture.path)
        return try await SlackImporter(archive, into: tenant, by: handler, as: owner).run(progress: progress)
    }

    func events() async throws -> [Recorded] {
        var events: [Recorded] = []
        for raw in try await log.read(of: tenant, after: 0, limit: 1_000_000) {
            events.append(try await handler.codec.decode(raw))
        }
        return events
    }

    /// Every event of messages, in a line each: the order of the log, people by handle, rooms and messages by what the
    /// source calls them.
    func messages() async throws -> [String] {
        let events = try await events()
        var names: [UserID: String] = [:]
        var sources: [MessageID: String] = [:]
        for event in events {
            switch event.event {
            case .user(let id, .joined(let handle, _, _, _, _)): names[id] = handle.text
            case .message(let id, .posted(_, _, _, _, _, _, let source)): sources[id] = source?.id
            default: break
            }
        }
        func name(_ user: UserID) -> String { names[user] ?? "?" }
        return events.compactMap { event in
            guard case .message(let id, let change) = event.event else { return nil }
            let message = sources[id] ?? "?"
            switch change {
            case .posted(_, let author, let body, let mentions, let thread, let attachments, _):
                var line = "\(message) \(name(author)): \(body.text ?? "")"
                if let thread { line += " | answers \(sources[thread] ?? "?")" }
                if !mentions.isEmpty { line += " | mentions \(mentions.map(name).joined(separator: ", "))" }
                if let files = attachments?.files { line += " | files \(files.map(describe).joined(separator: ", "))" }
                return line
            case .edited(_, let editor, let body, _, let source):
                return "\(message) edited by \(name(editor)) at \(source?.time?.description ?? "?"): \(body.text ?? "")"
            case .deleted: return "\(message) deleted"
            case .reactionAdded(_, let user, let emoji, _): return "\(message) \(name(user)) reacts \(emoji)"
            case .reactionRemoved(_, let user, let emoji): return "\(message) \(name(user)) takes back \(emoji)"
            }
        }
    }

    private func describe(_ file: Attachment) -> String {
        "\(file.name) \(file.mediaType ?? "?") \(file.size.map { "\($0)" } ?? "?")"
    }
}
