package import Commands
internal import Crypto
package import EventStore
package import Events
internal import Foundation

/// Brings an export of Slack into a tenant, through the same rules as everything else.
///
/// People first, then rooms with their members, then the messages day by day in the order of their times, and in the end what
/// ended: archived channels, deactivated people. Identifiers and idempotency keys are derived from the archive's, so a second
/// import, or one that goes on after it was killed, adds nothing twice.
package struct SlackImporter {
    /// What an import comes to nothing by, beside an archive that cannot be read.
    package enum Failure: Error, CustomStringConvertible {
        /// A rule refuses something that all else needs, such as people or rooms.
        case refused(String, Refusal)
        case command(CommandError)

        package var description: String {
            switch self {
            case .refused(let what, let refusal): "\(what): \(refusal.message)"
            case .command(.unavailable(let reason)): "the store is away: \(reason)"
            case .command(let error): "\(error)"
            }
        }
    }

    /// As many messages as one command posts, or fewer if they are long.
    private static let batchCount = 200
    /// Of texts, in bytes.
    private static let batchBytes = 1 << 20

    private static let orphan = "thread of an answer whose first message was not taken over"

    private let archive: SlackArchive
    private let handler: CommandHandler
    private let tenant: Tenant
    private let owner: UserID?
    private let ids: SlackIDs

    /// - Parameter owner: who opens the rooms and so moderates them; nil for nobody.
    package init(_ archive: SlackArchive, into tenant: Tenant, by handler: CommandHandler, as owner: UserID? = nil) {
        self.archive = archive
        self.handler = handler
        self.tenant = tenant
        self.owner = owner
        ids = SlackIDs(tenant: tenant)
    }

    /// Imports all of it.
    ///
    /// - Parameter progress: called after each step with messages.
    package func run(progress: (ImportProgress) -> Void = { _ in }) async throws -> ImportReport {
        var report = ImportReport()
        for entry in archive.strayEntries {
            report.leaveOut("file of no listed channel: \(entry.prefix { $0 != "/" })/")
        }
        let users = archive.users + archive.unlisted.values.sorted { $0.id < $1.id }
        let handles = try await addUsers(users, into: &report)
        let known = Set(handles.keys)
        for (channel, kind) in archive.channels { try await openRoom(channel, kind, known: known, into: &report) }
        try await postMessages(handles: handles, into: &report, progress: progress)
        try await end(users, into: &report)
        return report
    }

    // MARK: People

    /// Adds them, and gives the handle of each by the archive's id.
    private func addUsers(_ users: [SlackUser], into report: inout ImportReport) async throws -> [String: String] {
        var handles: [String: String] = [:]
        for user in users where handles[user.id] == nil {
            let id = ids.user(user.id)
            let forms = HandleForms(name: user.name ?? user.shownName, id: id.uuid).forms
            var wasPresent = false
            for form in forms {
                let add = AddUser(
                    user: id,
                    handle: form,
                    name: user.shownName.line(limit: 120) ?? form,
                    kind: user.isBot == true ? .agent : .person,
                    role: user.isGuest ? .guest : .member,
                    source: .slack(user.id, at: nil)
                )
                do {
                    let result = try await send(add)
                    wasPresent = wasPresent || result.replayed || result.recordedAt == nil
                    handles[user.id] = form
                    break
                } catch let refusal as Refusal where refusal.code == "user.handle_taken" {
                    continue
                } catch let refusal as Refusal where refusal.code == "user.exists" {
                    // Here before, under another handle.
                    wasPresent = true
                } catch let refusal as Refusal {
                    throw Failure.refused("user \(user.id)", refusal)
                }
            }
            if handles[user.id] == nil { handles[user.id] = forms[0] }
            if wasPresent { report.users.present += 1 } else { report.users.added += 1 }
        }
        return handles
    }

    // MARK: Rooms

    private func openRoom(
        _ channel: SlackChannel,
        _ kind: RoomEvent.Kind,
        known: Set<String>,
        into report: inout ImportReport
    ) async throws {
        let created = channel.created.map { Timestamp(microseconds: $0 * 1_000_000) }
        let create = CreateRoom(
            room: ids.room(channel.id),
            kind: kind,
            name: channel.folder.line(limit: 120) ?? channel.id,
            topic: channel.about?.line(limit: 1000),
            source: .slack(channel.id, at: created)
        )
        do {
            let result = try await send(create, as: owner)
            if result.replayed { report.rooms.present += 1 } else { report.rooms.added += 1 }
        } catch let refusal as Refusal where refusal.code == "room.exists" {
            report.rooms.present += 1
        } catch let refusal as Refusal {
            throw Failure.refused("channel \(channel.folder)", refusal)
        }
        // Whoever wrote there was there, though the list has only those who stayed.
        let listed = Set(channel.members ?? [])
        report.leaveOutIfAny("member who is in no list", listed.subtracting(known).count)
        let members = listed.union(archive.participants[channel.id] ?? []).intersection(known).sorted()
        for start in stride(from: 0, to: members.count, by: 500) {
            try await add(
                members[start..<min(start + 500, members.count)].map(ids.user),
                to: create.room,
                into: &report
            )
        }
    }

    /// Adds those who can be members; who cannot be any more is left out.
    private func add(_ members: [UserID], to room: RoomID, into report: inout ImportReport) async throws {
        var members = members
        while !members.isEmpty {
            do {
                _ = try await send(AddMembers(room: room, users: members))
                return
            } catch let refusal as Refusal {
                guard let at = refusal.pointer?.split(separator: "/").last.flatMap({ Int($0) }),
                    members.indices.contains(at)
                else {
                    // An archived room takes nobody in; it was left like that by an earlier import.
                    report.leaveOut("member: \(refusal.code)", members.count)
                    return
                }
                // Usually a member already, deactivated at the end of an earlier import.
                members.remove(at: at)
            }
        }
    }

    // MARK: Messages

    private func postMessages(
        handles: [String: String],
        into report: inout ImportReport,
        progress: (ImportProgress) -> Void
    ) async throws {
        let names = Dictionary(archive.channels.map { ($0.channel.id, $0.channel.folder) }) { first, _ in first }
        let text = SlackText(handle: { handles[$0] }, channel: { names[$0] })
        var threads = ThreadOrder(missing: archive.missingRoots)
        var batch = Batch()
        let start = ContinuousClock.now
        var done = 0
        func tell() { progress(ImportProgress(done: done, total: archive.messageCount, elapsed: .now - start)) }
        tell()

        for date in archive.days.chunked(by: \.date) {
            // All channels' messages of the date in one order of time.
            var messages: [(channel: SlackChannel, message: SlackMessage)] = []
            for day in date { messages += try archive.messages(of: day).map { (day.channel, $0) } }
            messages.sort { ($0.message.ts, $0.channel.id) < ($1.message.ts, $1.channel.id) }
            for (channel, message) in messages {
                if let reason = message.reasonToLeaveOut {
                    report.leaveOut("message: \(reason)")
                    done += 1
                    continue
                }
                for ready in threads.pass(message, in: channel.id) {
                    let posting = MessageConversion(ids: ids, text: text, channel: channel.id)
                    guard
                        let converted = posting.convert(
                            ready,
                            root: threads.root(of: ready, in: channel.id),
                            into: &report
                        )
                    else {
                        done += 1
                        continue
                    }
                    batch.add(converted)
                    guard batch.messages.count >= Self.batchCount || batch.bytes >= Self.batchBytes else { continue }
                    done += batch.messages.count
                    try await post(&batch, into: &report)
                    tell()
                }
            }
        }
        done += batch.messages.count
        try await post(&batch, into: &report)
        tell()
        report.delayedAnswers = threads.delayed
        report.leaveOutIfAny(Self.orphan, threads.orphans)
    }

    private struct Batch {
        var messages: [ImportedMessage] = []
        var bytes = 0

        mutating func add(_ message: ImportedMessage) {
            messages.append(message)
            bytes += message.body.utf8.count
        }
    }

    private func post(_ batch: inout Batch, into report: inout ImportReport) async throws {
        guard !batch.messages.isEmpty else { return }
        let command = ImportMessages(messages: batch.messages)
        batch = Batch()
        let result: CommandResult<ImportMessages.Answer>
        do { result = try await send(command) } catch let refusal as Refusal {
            throw Failure.refused("messages", refusal)
        }
        let answer = result.answer
        for (code, count) in answer.refused { report.leaveOut("message: \(code)", count) }
        report.leaveOutIfAny(Self.orphan, answer.orphans)
        report.messages.present += answer.present
        if result.replayed {
            report.messages.present += answer.posted
        } else {
            report.messages.added += answer.posted
            report.answers += answer.answers
            report.edits += answer.edits
            report.reactions += answer.reactions
            report.files += answer.files
        }
    }

    // MARK: What ended

    private func end(_ users: [SlackUser], into report: inout ImportReport) async throws {
        for (channel, _) in archive.channels where channel.isArchived == true {
            do { _ = try await send(ArchiveRoom(room: ids.room(channel.id))) } catch let refusal as Refusal {
                throw Failure.refused("channel \(channel.folder)", refusal)
            }
        }
        for user in users where user.deleted == true {
            do { _ = try await send(DeactivateUser(user: ids.user(user.id))) } catch let refusal as Refusal {
                throw Failure.refused("user \(user.id)", refusal)
            }
        }
    }

    // MARK: Sending

    /// Sends a command until it has an answer: a store that is away for a while only makes the import wait.
    ///
    /// Its key is derived from what it says: the same again, now or in another run, is the same command.
    private func send<C: Command>(_ command: C, as user: UserID? = nil) async throws -> CommandResult<C.Answer> {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let content = SHA256.hash(data: try encoder.encode(command))
        let target = command.target.map { $0.text } ?? ""
        let context = CommandContext(
            caller: Caller(tenant: tenant, actor: .integration("slack-import"), user: user),
            idempotencyKey: "slack/\(target)/" + content.map { String(format: "%02x", $0) }.joined()
        )
        var tries = 0
        while true {
            do throws(CommandError) {
                return try await handler.handle(command, in: context)
            } catch {
                switch error {
                case .refused(let refusal): throw refusal
                case .overloaded, .conflict, .unavailable:
                    tries += 1
                    guard tries < 60 else { throw Failure.command(error) }
                    try await Task.sleep(for: .seconds(1))
                case .keyReused, .failed: throw Failure.command(error)
                }
            }
        }
    }
}

extension ImportReport {
    fileprivate mutating func leaveOutIfAny(_ reason: String, _ count: Int) {
        if count > 0 { leaveOut(reason, count) }
    }
}

extension Array {
    /// Runs of neighbours that have the same key.
    fileprivate func chunked<Key: Equatable>(by key: (Element) -> Key) -> [ArraySlice<Element>] {
        var chunks: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices where index > start && key(self[index]) != key(self[start]) {
            chunks.append(self[start..<index])
            start = index
        }
        if start < endIndex { chunks.append(self[start...]) }
        return chunks
    }
}
