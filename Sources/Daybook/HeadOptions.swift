internal import ArgumentParser
internal import Foundation
internal import TransparencyLog

/// Where the signed heads of the log are kept, and with which key they are signed.
struct HeadOptions: ParsableArguments {
    @Option(
        help: """
            The folder of the log's signed heads, best on another machine than the database. Without it none are signed, and \
            nothing is proved. [DAYBOOK_HEADS]
            """
    )
    var heads: String = ProcessInfo.processInfo.environment["DAYBOOK_HEADS"] ?? ""

    @Option(
        help: "The file with the key that signs heads, made by `daybook audit key create`. [DAYBOOK_HEAD_KEY_FILE]"
    )
    var headKeyFile: String = ProcessInfo.processInfo.environment["DAYBOOK_HEAD_KEY_FILE"] ?? ""

    @Option(
        help: """
            The public key of the heads, or a file that holds it; needed where the signing key is not. \
            [DAYBOOK_HEAD_PUBLIC_KEY]
            """
    )
    var headPublicKey: String = ProcessInfo.processInfo.environment["DAYBOOK_HEAD_PUBLIC_KEY"] ?? ""

    /// The folder; nil if none is named.
    func folder() throws -> HeadFolder? {
        guard !heads.isEmpty else { return nil }
        return HeadFolder(path: heads, verifier: try verifier())
    }

    /// The folder and the key to sign with; nil if either is not named.
    func signing() throws -> (folder: HeadFolder, signer: HeadSigner)? {
        guard let folder = try folder(), let signer = try signer() else { return nil }
        guard signer.publicKey == folder.verifier.publicKey else {
            throw ToolError("--head-public-key is not the public key of the one in --head-key-file")
        }
        return (folder, signer)
    }

    private func verifier() throws -> HeadVerifier {
        if !headPublicKey.isEmpty { return try HeadVerifier(fileOrText: headPublicKey) }
        guard let signer = try signer() else {
            throw ToolError("--heads needs --head-public-key or --head-key-file")
        }
        return try HeadVerifier(publicKey: signer.publicKey)
    }

    private func signer() throws -> HeadSigner? {
        guard !headKeyFile.isEmpty else { return nil }
        let text = try ToolFile.text(of: headKeyFile)
        do {
            return try HeadSigner(privateKey: text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw ToolError("\(headKeyFile): \(error)")
        }
    }
}
