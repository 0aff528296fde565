internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// nginx with nchan: long polls on one channel, as the floor for what parked polls and waking them can cost.
final class Nchan {
    private let process: Process
    private let port: Int
    private let parked: Int
    private let connections: [LoadConnection]
    private let publisher: LoadConnection
    let kibibytesPerPoll: Double

    /// Starts nginx and measures the memory of `parked` polls.
    static func start(folder: String, port: Int, parked: Int, on group: any EventLoopGroup) async throws -> Nchan {
        let root = folder + "/nchan"
        try FileManager.default.createDirectory(atPath: root + "/tmp", withIntermediateDirectories: true)
        try """
        load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
        daemon off; pid \(root)/nginx.pid; error_log \(root)/error.log; worker_processes 1; worker_rlimit_nofile 20000; user root;
        events { worker_connections 19000; }
        http {
          access_log off; keepalive_timeout 600s; keepalive_requests 1000000;
          client_body_temp_path \(root)/tmp; proxy_temp_path \(root)/tmp; fastcgi_temp_path \(root)/tmp;
          uwsgi_temp_path \(root)/tmp; scgi_temp_path \(root)/tmp;
          nchan_shared_memory_size 256M;
          server {
            listen 127.0.0.1:\(port) backlog=4096;
            location = /pub { nchan_publisher; nchan_channel_id one; nchan_message_buffer_length 100; }
            location = /sub { nchan_subscriber longpoll; nchan_channel_id one; nchan_subscriber_first_message newest; }
          }
        }
        """.write(toFile: root + "/nginx.conf", atomically: true, encoding: .utf8)
        let process = try Tool.start("/usr/sbin/nginx", ["-c", root + "/nginx.conf"], log: root + "/out.log")
        try await Task.sleep(for: .seconds(1))
        guard process.isRunning else {
            throw Tool.Failed(
                description:
                    "nginx did not start: \((try? String(contentsOfFile: root + "/out.log", encoding: .utf8)) ?? "")"
            )
        }
        let worker = try Tool.run("/usr/bin/pgrep", ["-P", "\(process.processIdentifier)"])
        guard let pid = worker.split(separator: "\n").first.flatMap({ Int32($0) }) else {
            throw Tool.Failed(description: "no nginx worker")
        }
        let before = try Tool.residentBytes(of: pid)
        let connections = try await concurrently(parked, width: 64) { _ in
            try await LoadConnection.connect(port: port, on: group)
        }
        let publisher = try await LoadConnection.connect(port: port, on: group)
        let nchan = Nchan(process, port, parked, connections, publisher)
        let polls = nchan.park()
        try await Task.sleep(for: .seconds(2))
        let used = try Tool.residentBytes(of: pid) - before
        _ = try await publisher.request(.POST, "/pub", json: #"{"warm":"up"}"#)
        _ = try await polls.value
        return Nchan(
            process,
            port,
            parked,
            connections,
            publisher,
            kibibytesPerPoll: Double(used) / Double(parked) / 1024
        )
    }

    private init(
        _ process: Process,
        _ port: Int,
        _ parked: Int,
        _ connections: [LoadConnection],
        _ publisher: LoadConnection,
        kibibytesPerPoll: Double = .nan
    ) {
        self.process = process
        self.port = port
        self.parked = parked
        self.connections = connections
        self.publisher = publisher
        self.kibibytesPerPoll = kibibytesPerPoll
    }

    private func park() -> Task<ContinuousClock.Instant, any Error> {
        let (connections, parked) = (connections, parked)
        return Task {
            try await concurrently(parked, width: parked) { index in
                _ = try await connections[index].request(.GET, "/sub")
                return ContinuousClock().now
            }.max() ?? ContinuousClock().now
        }
    }

    /// Milliseconds from publishing one message until all who were parked have it.
    func broadcast() async throws -> Double {
        let polls = park()
        try await Task.sleep(for: .seconds(2))
        let began = ContinuousClock().now
        _ = try await publisher.request(.POST, "/pub", json: #"{"body":"\#(String(repeating: "x", count: 300))"}"#)
        return (try await polls.value - began).milliseconds
    }

    func stop() async {
        for connection in connections { await connection.close() }
        await publisher.close()
        Tool.stop(process)
    }
}
