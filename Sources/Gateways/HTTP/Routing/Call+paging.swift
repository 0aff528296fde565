package import Projections

extension Call {
    /// The slice that `limit` and `cursor` ask for. The cursor has to be of this list.
    package func page(of list: [String], _ cursors: PageCursors) throws(Problem) -> ReadModels.Page {
        let limit = try pageLimit()
        guard let cursor = query[.cursor] else { return ReadModels.Page(limit: limit) }
        let start = try cursors.open(cursor, of: list, for: holder)
        return ReadModels.Page(limit: limit, cursor: start.key, backwards: start.backwards)
    }

    /// Whose lists these are: the user's, or of an endpoint for accounts the person's.
    private var holder: PageCursors.Holder {
        context.bearer.session.map { PageCursors.Holder($0) } ?? PageCursors.Holder(account)
    }

    /// 1 to 200, 50 unless the client says otherwise.
    package func pageLimit() throws(Problem) -> Int { try query.integer(.limit, or: 50) }

    /// The slice with its neighbours' keys signed.
    package func answer<Item: EndpointAnswer & Encodable>(
        _ slice: ReadModels.Slice<Item>,
        of list: [String],
        _ cursors: PageCursors
    ) -> PageAnswer<Item> {
        PageAnswer(
            items: slice.items,
            nextCursor: slice.next.map { cursors.sign(.init(key: $0, backwards: false), of: list, for: holder) },
            prevCursor: slice.previous.map { cursors.sign(.init(key: $0, backwards: true), of: list, for: holder) }
        )
    }
}
