internal import Glibc
internal import Logging

/// How many files, and so connections, a process may have open.
enum OpenFiles {
    /// As many as the system lets it: every parked poll is a connection.
    static func raiseLimit(_ logger: Logger) {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        if setrlimit(files, &limit) != 0 {
            logger.warning(
                "cannot raise the limit of open files",
                metadata: ["error": "\(String(cString: strerror(errno)))"]
            )
        }
    }
}
