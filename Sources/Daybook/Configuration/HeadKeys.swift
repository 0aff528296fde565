internal import Foundation
internal import Settings
internal import TransparencyLog

/// Where the signed heads of the log are kept, and the keys that they are signed with and checked by.
struct HeadKeys {
    let settings: Settings

    /// The folder; nil if none is named.
    func folder() throws -> HeadFolder? {
        guard let heads = settings[\.heads] else { return nil }
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
        if let publicKey = settings[\.headPublicKey] { return try HeadVerifier(fileOrText: publicKey) }
        guard let signer = try signer() else {
            throw ToolError("--heads needs --head-public-key or --head-key-file")
        }
        return try HeadVerifier(publicKey: signer.publicKey)
    }

    private func signer() throws -> HeadSigner? {
        guard let file = settings[\.headKeyFile] else { return nil }
        let text = try ToolFile.text(of: file)
        do {
            return try HeadSigner(privateKey: text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw ToolError("\(file): \(error)")
        }
    }
}
