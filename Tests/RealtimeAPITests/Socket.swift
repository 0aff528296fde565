import Glibc

/// A connection that does no more than it is told, and goes when it is told.
final class Socket: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw StageError("no connection: \(errno)") }
    }

    func send(_ text: String) throws {
        let sent = text.withCString { Glibc.send(descriptor, $0, strlen($0), 0) }
        guard sent == text.utf8.count else { throw StageError("the request was not sent") }
    }

    func close() { _ = Glibc.close(descriptor) }
}
