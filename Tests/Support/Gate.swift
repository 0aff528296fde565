/// Lets in so many at a time, in the order in which they came.
package actor Gate {
    private var room: Int
    private var waiters: [CheckedContinuation<Void, Never>] = []

    package init(limit: Int) { room = limit }

    package func enter() async {
        if room > 0 {
            room -= 1
        } else {
            await withCheckedContinuation { waiters.append($0) }
        }
    }

    package func leave() {
        if waiters.isEmpty { room += 1 } else { waiters.removeFirst().resume() }
    }
}
