/// Where a request stands in a trace that somebody else has begun: a valid `traceparent` of W3C Trace Context.
///
/// ```
/// 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
/// version  trace-id                 parent-id         flags
/// ```
package struct TraceParent: Sendable, Equatable {
    /// As it came.
    package let text: String
    package let traceID: String
    package let parentID: String
    /// Whether the caller records it.
    package let isSampled: Bool

    /// Nil for any that is not valid, which is to be ignored, as the specification has it.
    package init?(_ header: String?) {
        guard let header, header.utf8.count <= 512 else { return nil }
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts.prefix(4).map(\.utf8.count) == [2, 32, 16, 2],
            parts.prefix(4).joined().utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            // A version that is not known yet may have more behind the four.
            parts[0] != "ff", parts[0] != "00" || parts.count == 4,
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" }),
            let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        text = header
        traceID = String(parts[1])
        parentID = String(parts[2])
        isSampled = flags & 1 == 1
    }
}
