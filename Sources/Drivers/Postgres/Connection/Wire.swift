internal import CPostgres
internal import Glibc

/// A libpq connection, driven without ever blocking inside libpq: every wait is a `poll` with a deadline, and an
/// interrupt may end it.
final class Wire {
    enum Wakeup {
        case ready, deadline, interrupted
    }

    let handle: OpaquePointer
    let interrupt: PostgresInterrupt?
    /// Once true, the connection can only be closed.
    private(set) var isLost = false

    /// Connects, trying the hosts of `conninfo` in their order.
    init(
        _ configuration: PostgresConfiguration,
        interrupt: PostgresInterrupt?,
        until deadline: ContinuousClock.Instant
    ) throws(PostgresError) {
        if let fault = Conninfo.fault(in: configuration.conninfo) { throw PostgresError(.connectionFailed, fault) }
        guard let handle = Self.start(configuration) else { throw PostgresError(.connectionFailed, "out of memory") }
        self.handle = handle
        self.interrupt = interrupt
        PQsetNoticeProcessor(handle, { _, _ in }, nil)

        var step = PGRES_POLLING_WRITING
        while step != PGRES_POLLING_OK {
            guard PQstatus(handle) != CONNECTION_BAD, step != PGRES_POLLING_FAILED else {
                throw PostgresError(.connectionFailed, errorMessage)
            }
            switch wait(for: step == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline) {
            case .ready: step = PQconnectPoll(handle)
            case .deadline: throw PostgresError(.connectionFailed, "the server did not answer in time")
            case .interrupted: throw PostgresError(.cancelled, "interrupted while connecting")
            }
        }
        PQsetnonblocking(handle, 1)
    }

    deinit {
        PQfinish(handle)
    }

    var errorMessage: String {
        String(cString: PQerrorMessage(handle)).trimmedLine
    }

    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    func lose(_ message: String? = nil) -> PostgresError {
        isLost = true
        return PostgresError(.connectionLost, message ?? errorMessage)
    }

    /// Sleeps until the socket is ready for one of `events`.
    func wait(
        for events: Int32,
        until deadline: ContinuousClock.Instant,
        isInterruptible: Bool = true
    ) -> Wakeup {
        // libpq has noticed the end already; its next call says so.
        guard PQsocket(handle) >= 0 else { return .ready }
        let interrupted = isInterruptible ? interrupt?.readEnd ?? -1 : -1  // poll passes over -1
        return withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { descriptors in
            descriptors.initializeElement(at: 0, to: pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0))
            descriptors.initializeElement(at: 1, to: pollfd(fd: interrupted, events: Int16(POLLIN), revents: 0))
            while true {
                let ready = poll(descriptors.baseAddress, 2, deadline.pollTimeout)
                if ready > 0 { return descriptors[1].revents != 0 ? .interrupted : .ready }
                if ready == 0, deadline <= .now { return .deadline }
            }
        }
    }

    /// Whether the connection still stands, as far as the socket tells: reads what the server has said since, such as that
    /// it shuts down.
    func isAlive() -> Bool {
        while !isLost {
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 0) > 0 else { break }
            if PQconsumeInput(handle) == 0 { isLost = true }
        }
        return !isLost
    }

    private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
        // The first dbname is expanded as a whole conninfo; what comes later overrides it.
        var options = [("dbname", configuration.conninfo)]
        if let user = configuration.user { options.append(("user", user)) }
        if let database = configuration.database { options.append(("dbname", database)) }
        options.append(("application_name", configuration.applicationName))
        options.append(("client_encoding", "UTF8"))

        let strings = options.map { (strdup($0.0), strdup($0.1)) }
        defer {
            for (keyword, value) in strings {
                free(keyword)
                free(value)
            }
        }
        let keywords = strings.map { UnsafePointer($0.0) } + [nil]
        let values = strings.map { UnsafePointer($0.1) } + [nil]
        return PQconnectStartParams(keywords, values, 1)
    }
}

extension String {
    /// libpq ends its messages with a line break.
    var trimmedLine: String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
