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

    @Test(arguments: Who.allCases, [RoomEvent.Kind.channel, .private])
    func `who sees a room and what is in it`(who: Who, kind: RoomEvent.Kind) async throws {
        try await Story.run { story in
            let author = try await story.join()
            let viewer = UserID()
            let role: Role =
                switch who {
                case .guest, .guestMember: .guest
                case .auditor, .auditorMember: .auditor
                default: .member
                }
            if who != .nobody { try await story.join(role, id: viewer) }
            let isMember = [.member, .guestMember, .auditorMember, .deactivated, .removed].contains(who)
            let room = try await story.open(kind, members: isMember ? [author, viewer] : [author])
            let message = try await story.post("secret", in: room, by: author)
            try await story.post("answer", in: room, by: author, thread: message)
            if who == .deactivated { try await story.append(.deactivated, to: viewer) }
            if who == .removed { try await story.append(.memberRemoved(user: viewer), to: room) }
            try await story.project()

            let sees =
                switch who {
                case .member, .guestMember: true
                case .stranger, .removed: kind == .channel
                case .guest, .auditor, .auditorMember, .deactivated, .nobody: false
                }
            let (reads, tenant) = (story.reads, story.tenant)
            #expect((try await reads.room(room, for: viewer, in: tenant) != nil) == sees)
            #expect(try await reads.rooms(.init(limit: 10), for: viewer, in: tenant).items.map(\.id) == (sees ? ["\(room)"] : []))
            #expect((try await reads.members(of: room, .init(limit: 10), for: viewer, in: tenant) != nil) == sees)
            #expect(try await reads.messages(in: room, .newest, limit: 10, for: viewer, in: tenant)?.count == (sees ? 2 : nil))
            #expect((try await reads.message(message, for: viewer, in: tenant) != nil) == sees)
            #expect(try await reads.thread(of: message, after: 0, limit: 9, for: viewer, in: tenant)?.count == (sees ? 2 : nil))
            #expect((try await reads.history(of: message, for: viewer, in: tenant) != nil) == sees)
            let isIn = who == .member || who == .guestMember
            #expect(try await reads.unread(for: viewer, in: tenant).count == (isIn ? 1 : 0))
            #expect(try await reads.room(room, for: viewer, in: tenant)?.role == (isIn ? .member : nil))
            let snapshot = try await reads.snapshot(of: Set(SnapshotPart.allCases), for: viewer, in: tenant)
            #expect(snapshot.rooms?.map(\.room.id) == (sees ? ["\(room)"] : []))
            #expect(snapshot.unread?.count == (isIn ? 1 : 0))
            let seesAnything = ![.auditor, .auditorMember, .deactivated, .nobody].contains(who)
            #expect(snapshot.users?.count == (seesAnything ? 2 : 0))
        }
    }
}
