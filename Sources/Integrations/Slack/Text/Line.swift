extension String {
    /// The text as one line of at most `limit` Unicode scalars, without control characters; nil if nothing is left to see.
    func line(limit: Int) -> String? {
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(limit) {
            scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        let line = String(scalars)
        return line.isBlank ? nil : line
    }
}
