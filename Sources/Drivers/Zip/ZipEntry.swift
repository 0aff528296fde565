/// One file or folder in an archive, as its directory tells it.
package struct ZipEntry: Sendable, Hashable {
    /// The path in the archive, with `/` between its parts. Whoever wrote the archive chose it: see ``climbsOut``.
    package let name: String
    /// Size when unpacked, in bytes, as the archive claims; reading does not trust it.
    package let size: UInt64
    /// Its place in the archive, by which it is read: a name may come twice.
    let index: UInt64

    package var isDirectory: Bool { name.hasSuffix("/") }

    /// Whether the name, taken as a path, could lead out of the folder that it is unpacked to: absolute, with a drive,
    /// or with `..` as a part. Backslashes count as separators, as they do where such archives come from.
    package var climbsOut: Bool {
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        return parts[0].isEmpty || parts[0].hasSuffix(":") || parts.contains("..")
    }
}
