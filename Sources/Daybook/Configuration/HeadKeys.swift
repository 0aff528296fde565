internal import Foundation
internal import Settings
internal import TransparencyLog

/// Where the signed heads of the log are kept, and the keys that they are signed with and checked by.
struct HeadKeys {
    /// The path of the folder; nil if none is named.
    let path: String?
    let keyFile: String?
    /// A file, or the key itself.
    let publicKey: String?

    /// Those of a cell's log.
    init(of cell: CellPlace, _ settings: Settings) {
        if cell.isMain {
            (path, keyFile, publicKey) = (settings[\.heads], settings[\.headKeyFile], settings[\.headPublicKey])
        } else {
            (path, keyFile, publicKey) = (cell.heads, cell.headKeyFile, cell.headPublicKey)
        }
    }

    func folder() throws -> HeadFolder? {
        guard let path else { return nil }
        return HeadFolder(path: path, verifier: try verifier())
    }

    /// The folder and the key to sign with; nil if either is not named.
    func signing() throws -> (folder: HeadFolder, signer: HeadSigner)? {
        guard let folder = try folder(), let signer = try signer() else { return nil }
        guard signer.publicKey == folder.verifier.publicKey else {
            throw ToolError("the public key of the heads is not that of the key file")
        }
        return (folder, signer)
    }

    private func verifier() throws -> HeadVerifier {
        if let publicKey { return try HeadVerifier(fileOrText: publicKey) }
        guard let signer = try signer() else {
            throw ToolError("a folder of heads needs a public key or a key file: --head-public-key or --head-key-file")
        }
        return try HeadVerifier(publicKey: signer.publicKey)
    }

    private func signer() throws -> HeadSigner? {
        guard let keyFile else { return nil }
        let text = try ToolFile.text(of: keyFile)
        do {
            return try HeadSigner(privateKey: text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw ToolError("\(keyFile): \(error)")
        }
    }
}
