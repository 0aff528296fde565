/// Commands written one after the other into one buffer, as Redis reads them.
///
/// A command is an array of words, each with its length before it:
///
/// ```
/// *3\r\n $3\r\nSET\r\n $5\r\nscore\r\n $2\r\n42\r\n
/// ```
///
/// Appending allocates nothing but room in the buffer, so a batch of thousands is cheap:
///
/// ```swift
/// var batch = RedisBatch()
/// for subscriber in subscribers { batch.append("XADD", subscriber.key, "5-0", "r", reference) }
/// let tally = try connection.pipelineCounting(batch)
/// ```
package struct RedisBatch: Sendable {
    /// How many commands it holds.
    package private(set) var count = 0
    /// What goes over the wire.
    private(set) var bytes: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// Size on the wire, in bytes.
    package var byteCount: Int { bytes.count }

    package mutating func reserveCapacity(bytes count: Int) { bytes.reserveCapacity(count) }

    /// Forgets the commands and keeps the buffer.
    package mutating func removeAll() {
        count = 0
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends one command, its name first.
    @inlinable
    package mutating func append<each Argument: RedisArgument>(_ name: String, _ arguments: repeat each Argument) {
        var words = 1
        for _ in repeat (each Argument).self { words += 1 }
        beginCommand(words: words)
        name.append(to: &self)
        for argument in repeat each arguments { argument.append(to: &self) }
    }

    /// Appends one command with as many arguments as there happen to be.
    package mutating func append(_ name: String, arguments: [any RedisArgument]) {
        beginCommand(words: 1 + arguments.count)
        name.append(to: &self)
        for argument in arguments { argument.append(to: &self) }
    }

    package mutating func append(_ command: RedisCommand) { append(contentsOf: command.batch) }

    package mutating func append(contentsOf other: RedisBatch) {
        count += other.count
        bytes.append(contentsOf: other.bytes)
    }

    /// Opens a command of so many words, its name included; each must then be appended.
    package mutating func beginCommand(words: Int) {
        count += 1
        bytes.append(addingCapacity: Self.frame) { $0.appendHeader("*", words) }
    }

    /// Appends one word of the command that was begun.
    package mutating func appendWord(_ word: UnsafeBufferPointer<UInt8>) {
        bytes.append(addingCapacity: Self.frame + word.count) { output in
            output.appendHeader("$", word.count)
            output.append(word)
            output.appendLineEnd()
        }
    }

    mutating func appendWord(decimal magnitude: UInt64, negative: Bool) {
        bytes.append(addingCapacity: Self.frame + 21) { output in
            output.appendHeader("$", magnitude.decimalDigits + (negative ? 1 : 0))
            if negative { output.append(UInt8(ascii: "-")) }
            output.append(decimal: magnitude)
            output.appendLineEnd()
        }
    }

    mutating func appendWord(_ id: RedisStreamID) {
        bytes.append(addingCapacity: Self.frame + 41) { output in
            output.appendHeader("$", id.ms.decimalDigits + 1 + id.seq.decimalDigits)
            output.append(decimal: id.ms)
            output.append(UInt8(ascii: "-"))
            output.append(decimal: id.seq)
            output.appendLineEnd()
        }
    }

    /// The most bytes that stand around a word: its kind, its length in 20 digits and two line ends.
    private static let frame = 25
}

extension OutputSpan<UInt8> {
    /// `*3\r\n` or `$5\r\n`
    fileprivate mutating func appendHeader(_ kind: Unicode.Scalar, _ number: Int) {
        append(UInt8(ascii: kind))
        append(decimal: UInt64(number))
        appendLineEnd()
    }

    fileprivate mutating func appendLineEnd() {
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
    }

    fileprivate mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        withUnsafeMutableBufferPointer { buffer, count in
            _ = buffer[count...].initialize(fromContentsOf: bytes)
            count += bytes.count
        }
    }

    fileprivate mutating func append(decimal number: UInt64) {
        if number >= 10 { append(decimal: number / 10) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

extension UInt64 {
    fileprivate var decimalDigits: Int {
        var (digits, rest) = (1, self / 10)
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }
}
