/// Lets in so many at a time, in the order in which they came.
actor Gate {
    private var room: Int
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(limit: Int) { room = limit }

    func enter() async {
        if room > 0 {
            room -= 1
        } else {
            await withCheckedContinuation { waiters.append($0) }
        }
    }

    func leave() {
        if waiters.isEmpty { room += 1 } else { waiters.removeFirst().resume() }
    }
}
