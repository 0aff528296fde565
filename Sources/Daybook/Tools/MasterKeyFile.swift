internal import EventStore
internal import Foundation

/// The master key file as a tool changes it: whole or not at all, by one at a time, and never readable by others.
struct MasterKeyFile {
    let path: String

    /// The file has its owner, and is read by nobody else, before anything is in it.
    func change(_ body: (inout MasterKeyList) throws -> Void) throws {
        // The file itself, where the path is a link to it.
        let target = URL(filePath: path).resolvingSymlinksInPath()
        let folder = open(target.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw fault("open the folder of") }
        defer { close(folder) }
        guard flock(folder, LOCK_EX) == 0 else { throw fault("lock the folder of") }

        var list = try MasterKeys.list(at: target.path)
        do { try body(&list) } catch let fault as MasterKeyList.Fault { throw ToolError("\(path): \(fault)") }

        let old = try FileManager.default.attributesOfItem(atPath: target.path)
        guard let owner = old[.ownerAccountID] as? NSNumber, let group = old[.groupOwnerAccountID] as? NSNumber else {
            throw fault("look at")
        }
        // Left by one that was killed, it is nobody's: we hold the lock.
        let temporary = target.path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault("write beside") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard fchown(descriptor, owner.uint32Value, group.uint32Value) == 0 else {
            unlink(temporary)
            throw fault("keep the owner of")
        }
        do {
            try handle.write(contentsOf: Data(list.text.utf8))
            try handle.synchronize()
        } catch {
            unlink(temporary)
            throw ToolError("cannot write beside \(path)")
        }
        guard rename(temporary, target.path) == 0, fsync(folder) == 0 else { throw fault("replace") }
    }

    private func fault(_ what: String) -> ToolError {
        ToolError("cannot \(what) \(path): \(String(cString: strerror(errno)))")
    }
}
