/// What is wrong with an export: the first thing that was found.
package struct ExportFault: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The file is not there or cannot be read.
        case unreadable
        /// The file is not one that an export consists of, or was changed afterwards.
        case malformed
        /// The file's bytes are not those that the manifest tells.
        case hashDiffers
        /// The key that came with the export is not the one that was given.
        case otherKey
        /// The head is not signed by the key, or is no head.
        case head(NoteError)
        /// The file is larger than one that an export consists of.
        case tooLarge
        /// The export is not of the tenant that was asked for.
        case anotherTenant
        /// The export begins behind the position that was asked for.
        case beginsLater
        /// The export ends before the position that was asked for.
        case endsEarlier
        /// The manifest does not fit the signed head, or itself, or there is nothing in the export.
        case manifestContradicts
        /// The line is no record as exports have them.
        case malformedRecord
        /// The commit does not begin after the one before it, or is not whole.
        case commitOutOfPlace
        case timeWentBack
        /// The event does not follow on the one before it, or lies in no commit.
        case eventOutOfPlace
        /// The event's leaf is not the hash of its row.
        case leafDiffers
        /// The version does not follow on that of the stream's event before.
        case versionOutOfOrder
        /// The commit's root is not that of its events' leaves and versions.
        case rootDiffers
        /// The commit's hash is not that of the hash before and its row.
        case linkDiffers
        /// The events do not have the root or the chain that was signed.
        case signedHeadDiffers
        /// The log is not a continuation of a head that was kept before.
        case keptHeadDiffers
        /// A head that was kept before lies outside of the export, so that nothing can be said about it.
        case keptHeadOutside
    }

    package let reason: Reason
    package let file: String?
    /// The event, or the first of the events, that it is about.
    package let position: Int64?

    init(_ reason: Reason, file: String? = nil, position: Int64? = nil) {
        self.reason = reason
        self.file = file
        self.position = position
    }
}

extension ExportFault: CustomStringConvertible {
    package var description: String {
        let place = [position.map { "position \($0)" }, file].compactMap(\.self).joined(separator: ", ")
        return place.isEmpty ? explanation : "\(place): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .unreadable: "the file cannot be read"
        case .malformed: "the file was not written like this"
        case .hashDiffers: "the file's hash is not the one in the manifest"
        case .otherKey: "the key is not the one that you trust"
        case .head(let error): "\(error)"
        case .tooLarge: "the file is larger than any that an export consists of"
        case .anotherTenant: "the export is of another tenant than you asked for"
        case .beginsLater: "the export begins here, behind the position that you asked for"
        case .endsEarlier: "the export ends here, before the position that you asked for"
        case .manifestContradicts: "the manifest does not fit the signed head or itself, or nothing is in the export"
        case .malformedRecord: "the line was not written like this"
        case .commitOutOfPlace: "the commit does not follow on the one before it, or lacks events"
        case .timeWentBack: "the commit is earlier than the one before it"
        case .eventOutOfPlace: "the event does not follow on the one before it, or belongs to no commit"
        case .leafDiffers: "the event is not the one that was committed"
        case .versionOutOfOrder: "the event's version does not follow on the one before it in its stream"
        case .rootDiffers: "the events of the commit are not those that were committed"
        case .linkDiffers: "the commit is not the one that was made"
        case .signedHeadDiffers: "the log up to here is not the one that was signed"
        case .keptHeadDiffers: "the log up to here is not the one whose head you kept"
        case .keptHeadOutside: "the head that you kept lies outside of the export, which says nothing about it"
        }
    }
}
