/// How far an import is.
package struct ImportProgress: Sendable {
    /// Messages of the archive that are dealt with.
    package var done: Int
    package var total: Int
    package var elapsed: Duration

    /// Messages a second.
    package var rate: Double { elapsed > .zero ? Double(done) / elapsed.seconds : 0 }

    /// At the present rate; nil as long as there is none.
    package var left: Duration? { rate > 0 ? .seconds(Double(total - done) / rate) : nil }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
