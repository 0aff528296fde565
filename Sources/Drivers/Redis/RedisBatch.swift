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
        appendHeader(UInt8(ascii: "*"), UInt64(words))
    }

    /// Appends one word of the command that was begun.
    package mutating func appendWord(_ word: UnsafeBufferPointer<UInt8>) {
        appendHeader(UInt8(ascii: "$"), UInt64(word.count))
        bytes.append(contentsOf: word)
        endWord()
    }

    mutating func appendWord(decimal magnitude: UInt64, negative: Bool) {
        appendHeader(UInt8(ascii: "$"), UInt64(magnitude.decimalDigits + (negative ? 1 : 0)))
        if negative { bytes.append(UInt8(ascii: "-")) }
        bytes.append(addingCapacity: UInt64.mostDigits) { $0.append(decimal: magnitude) }
        endWord()
    }

    mutating func appendWord(_ id: RedisStreamID) {
        appendHeader(UInt8(ascii: "$"), UInt64(id.ms.decimalDigits + 1 + id.seq.decimalDigits))
        bytes.append(addingCapacity: 2 * UInt64.mostDigits + 1) { output in
            output.append(decimal: id.ms)
            output.append(UInt8(ascii: "-"))
            output.append(decimal: id.seq)
        }
        endWord()
    }

    /// `*3\r\n` or `$5\r\n`
    private mutating func appendHeader(_ kind: UInt8, _ number: UInt64) {
        bytes.append(addingCapacity: UInt64.mostDigits + 3) { output in
            output.append(kind)
            output.append(decimal: number)
            output.append(UInt8(ascii: "\r"))
            output.append(UInt8(ascii: "\n"))
        }
    }

    private mutating func endWord() {
        bytes.append(addingCapacity: 2) { output in
            output.append(UInt8(ascii: "\r"))
            output.append(UInt8(ascii: "\n"))
        }
    }
}

extension OutputSpan<UInt8> {
    fileprivate mutating func append(decimal number: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var (rest, first) = (number, UInt64.mostDigits)
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        for index in first..<UInt64.mostDigits { append(digits[index]) }
    }
}

extension UInt64 {
    fileprivate static let mostDigits = 20

    fileprivate var decimalDigits: Int {
        var (digits, rest) = (1, self / 10)
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }
}
