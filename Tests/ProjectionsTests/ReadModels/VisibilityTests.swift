import EventStore
import Events
import Postgres
import TestSupport
import Testing

@testable import Projections

struct VisibilityTests {
    enum Who: String, CaseIterable {
        case member, stranger, guest, guestMember, auditor, auditorMember, deactivated, removed, nobody
    }

    @Test func `who sees a room and what is in it`() async throws {
        try await Story.run { story in
            // A tenant for each case.
            var cases: [(who: Who, kind: RoomEvent.Kind, Facts)] = []
            for who in Who.allCases {
                for kind in [RoomEvent.Kind.channel, .private] {
                    let story = story.of(try await story.log.place(.v7(), in: story.tenant.partition))
                    cases.append((who, kind, try await Facts(who, kind, in: story)))
                }
            }
            try await story.project()
            for (who, kind, facts) in cases { try await expect(who, kind, facts, story.reads) }
        }
    }

    private func expect(_ who: Who, _ kind: RoomEvent.Kind, _ facts: Facts, _ reads: ReadModels) async throws {
        let (tenant, viewer, room, message) = (facts.tenant, facts.viewer, facts.room, facts.message)
        let comment: Comment = "\(who), \(kind)"
        let sees =
            switch who {
            case .member, .guestMember: true
            case .stranger, .removed: kind == .channel
            case .guest, .auditor, .auditorMember, .deactivated, .nobody: false
            }
        #expect((try await reads.room(room, for: viewer, in: tenant) != nil) == sees, comment)
        let rooms = try await reads.rooms(.init(limit: 10), for: viewer, in: tenant)
        #expect(rooms.items.map(\.id) == (sees ? ["\(room)"] : []), comment)
        #expect((try await reads.members(of: room, .init(limit: 10), for: viewer, in: tenant) != nil) == sees, comment)
        let messages = try await reads.messages(in: room, .newest, limit: 10, for: viewer, in: tenant)
        #expect(messages?.count == (sees ? 2 : nil), comment)
        #expect((try await reads.message(message, for: viewer, in: tenant) != nil) == sees, comment)
        let thread = try await reads.thread(of: message, after: 0, limit: 9, for: viewer, in: tenant)
        #expect(thread?.count == (sees ? 2 : nil), comment)
        #expect((try await reads.history(of: message, for: viewer, in: tenant) != nil) == sees, comment)

        let isIn = who == .member || who == .guestMember
        #expect(try await reads.unread(for: viewer, in: tenant).count == (isIn ? 1 : 0), comment)
        #expect(try await reads.room(room, for: viewer, in: tenant)?.role == (isIn ? .member : nil), comment)
        let snapshot = try await reads.snapshot(of: Set(SnapshotPart.allCases), for: viewer, in: tenant)
        #expect(snapshot.rooms?.map(\.room.id) == (sees ? ["\(room)"] : []), comment)
        #expect(snapshot.unread?.count == (isIn ? 1 : 0), comment)
        let seesAnything = ![.auditor, .auditorMember, .deactivated, .nobody].contains(who)
        #expect(snapshot.users?.count == (seesAnything ? 2 : 0), comment)
    }

    /// A room with a message and its answer, and one who would like to see them.
    private struct Facts {
        let tenant: Tenant
        let viewer = UserID()
        let room: RoomID
        let message: MessageID

        init(_ who: Who, _ kind: RoomEvent.Kind, in story: Story) async throws {
            tenant = story.tenant
            let author = try await story.join()
            let role: Role =
                switch who {
                case .guest, .guestMember: .guest
                case .auditor, .auditorMember: .auditor
                default: .member
                }
            if who != .nobody { try await story.join(role, id: viewer) }
            let isMember = [.member, .guestMember, .auditorMember, .deactivated, .removed].contains(who)
            room = try await story.open(kind, members: isMember ? [author, viewer] : [author])
            message = try await story.post("secret", in: room, by: author)
            try await story.post("answer", in: room, by: author, thread: message)
            if who == .deactivated { try await story.append(.deactivated, to: viewer) }
            if who == .removed { try await story.append(.memberRemoved(user: viewer), to: room) }
        }
    }
}
