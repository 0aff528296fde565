/// A scrape of `/metrics`, read as strictly as its format is defined: what a lenient reader would forgive is an error here.
package struct PrometheusText: Sendable {
    package struct Sample: Sendable, Equatable {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    package struct Family: Sendable {
        package let name: String
        package var help: String?
        package var type: String?
        package var samples: [Sample] = []
    }

    package struct Malformed: Error, CustomStringConvertible {
        let line: String
        let reason: String

        package var description: String { "\(reason): \(line)" }
    }

    package private(set) var families: [Family] = []

    /// - Parameter isOpenMetrics: whether it is OpenMetrics 1.0 instead of Prometheus' 0.0.4.
    package init(_ text: String, isOpenMetrics: Bool = false) throws {
        guard text.hasSuffix("\n") else {
            throw Malformed(line: String(text.suffix(80)), reason: "no line feed at the end")
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        if isOpenMetrics {
            guard lines.popLast() == "# EOF" else { throw Malformed(line: "", reason: "OpenMetrics ends with # EOF") }
        }
        for line in lines { try add(line) }
        for family in families { try Self.check(family, isOpenMetrics) }
        guard Set(families.map(\.name)).count == families.count else {
            throw Malformed(line: "", reason: "a family comes twice")
        }
    }

    /// The value of one series; nil if it is not there.
    package subscript(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    /// The sum over all series of a name that have these labels among theirs.
    package func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
        families.flatMap(\.samples).filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }.reduce(0) { $0 + $1.value }
    }

    // MARK: Reading

    private mutating func add(_ line: String) throws {
        if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
            let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 4 else { throw Malformed(line: line, reason: "a comment without text") }
            if families.last?.name != parts[2] { families.append(Family(name: parts[2])) }
            let last = families.count - 1
            guard families[last].samples.isEmpty else { throw Malformed(line: line, reason: "it comes after samples") }
            if parts[1] == "HELP" { families[last].help = parts[3] } else { families[last].type = parts[3] }
            return
        }
        var reader = Reader(line)
        let sample = try reader.sample()
        guard let family = families.last, family.type != nil, sample.name.hasPrefix(family.name) else {
            throw Malformed(line: line, reason: "a sample outside of its family")
        }
        guard !family.samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) else {
            throw Malformed(line: line, reason: "the same series twice")
        }
        families[families.count - 1].samples.append(sample)
    }

    private static func check(_ family: Family, _ isOpenMetrics: Bool) throws {
        func fail(_ reason: String) throws { throw Malformed(line: family.name, reason: reason) }
        for sample in family.samples {
            let suffix = String(sample.name.dropFirst(family.name.count))
            switch family.type {
            case "counter":
                if suffix != (isOpenMetrics ? "_total" : "") { try fail("a counter's sample is \(sample.name)") }
                if !sample.name.hasSuffix("_total") { try fail("a counter without _total") }
                if sample.value < 0 { try fail("a counter below zero") }
            case "gauge": if !suffix.isEmpty { try fail("a gauge's sample is \(sample.name)") }
            case "histogram":
                if !["_bucket", "_sum", "_count"].contains(suffix) {
                    try fail("a histogram's sample is \(sample.name)")
                }
            default: try fail("type \(family.type ?? "missing")")
            }
        }
        if family.type == "histogram" { try checkBuckets(family) }
    }

    private static func checkBuckets(_ family: Family) throws {
        func fail(_ reason: String) throws { throw Malformed(line: family.name, reason: reason) }
        for count in family.samples where count.name == family.name + "_count" {
            let buckets = family.samples.filter { sample in
                sample.name == family.name + "_bucket" && sample.labels.filter { $0.key != "le" } == count.labels
            }
            let bounds = buckets.map { Double($0.labels["le"] ?? "") ?? .nan }
            if zip(bounds, bounds.dropFirst()).contains(where: { !($0 < $1) }) { try fail("bounds \(bounds)") }
            if zip(buckets, buckets.dropFirst()).contains(where: { $0.value > $1.value }) { try fail("not cumulated") }
            if buckets.last?.labels["le"] != "+Inf" || buckets.last?.value != count.value {
                try fail("the last bucket")
            }
        }
    }

    /// One line: `name{label="value",…} number`.
    private struct Reader {
        private let line: String
        private var rest: Substring

        init(_ line: String) {
            self.line = line
            rest = line[...]
        }

        mutating func sample() throws -> Sample {
            let name = try name()
            var labels: [String: String] = [:]
            if take("{") {
                repeat {
                    let label = try self.name()
                    try expect("=\"")
                    guard labels.updateValue(try value(), forKey: label) == nil else {
                        throw Malformed(line: line, reason: "the label \(label) twice")
                    }
                } while take(",")
                try expect("}")
            }
            try expect(" ")
            return Sample(name: name, labels: labels, value: try number())
        }

        private mutating func name() throws -> String {
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
            guard let first = name.first, !first.isNumber else { throw Malformed(line: line, reason: "no name") }
            rest = rest.dropFirst(name.count)
            return String(name)
        }

        /// Up to the quote that ends it.
        private mutating func value() throws -> String {
            var value = ""
            while let character = rest.popFirst() {
                switch character {
                case "\"": return value
                case "\\":
                    switch rest.popFirst() {
                    case "\\": value.append("\\")
                    case "n": value.append("\n")
                    case "\"": value.append("\"")
                    default: throw Malformed(line: line, reason: "an unknown escape")
                    }
                default: value.append(character)
                }
            }
            throw Malformed(line: line, reason: "a value without an end")
        }

        private mutating func number() throws -> Double {
            switch rest {
            case "+Inf": return .infinity
            case "-Inf": return -.infinity
            case "NaN": return .nan
            default:
                guard !rest.contains("inf"), !rest.contains("nan"), let number = Double(rest) else {
                    throw Malformed(line: line, reason: "no number")
                }
                return number
            }
        }

        private mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func expect(_ text: String) throws {
            guard rest.hasPrefix(text) else { throw Malformed(line: line, reason: "'\(text)' is missing") }
            rest = rest.dropFirst(text.count)
        }
    }
}
