/// What each metric says, for whoever reads `/metrics`. One that is not here is shown without help, which a test forbids.
enum MetricCatalogue {
    static let help = requests.merging(log) { $1 }.merging(partitions) { $1 }.merging(realtime) { $1 }
        .merging(stores) { $1 }.merging(process) { $1 }

    private static let requests = [
        "daybook_http_requests_total": "Requests that were answered, by the route as it was defined.",
        "daybook_http_request_duration_seconds":
            "From a request's head to its answer's; a parked poll counts as long as it is parked.",
    ]

    private static let log = [
        "daybook_append_batch_commands": "Commands in one call to the log.",
        "daybook_append_duration_seconds": "One call to the log, from its sending to its durable commit.",
        "daybook_append_verdicts_total": "What the log said to commands; retry is said again in the next batch.",
        "daybook_append_failures_total": "Commands that got no verdict, and why.",
        "daybook_append_waiting": "Commands that wait for a batch.",
    ]

    private static let partitions = [
        "daybook_partition_owned": "Whether this process owns the partition for the role.",
        "daybook_partition_events_total": "Events of the log that this process has passed in the role.",
        "daybook_partition_step_duration_seconds":
            "One batch of events, from the read to the commit or to Redis' word.",
        "daybook_partition_failures_total": "How often the role failed in a partition and began anew.",
        "daybook_partition_parked_total":
            "Streams that this process has set aside since an event could not be projected.",
        "daybook_partition_head_position": "The log's last position.",
        "daybook_partition_position": "How far the role has come, by its checkpoint.",
        "daybook_partition_lag_events": "Events between the role's checkpoint and the log's head.",
        "daybook_partition_lag_seconds": "Age of the oldest event that the role has not passed.",
        "daybook_signed_head_fault": "1 if the log is not what its latest signed head says that it was.",
        "daybook_signed_head_position": "The last position that a signed head covers.",
        "daybook_partition_parked_streams": "Streams that are set aside, whoever did it.",
        "daybook_partition_redis_watermark_position": "Up to where the queues in Redis are complete.",
        "daybook_partition_status_up": "Whether Postgres and Redis could be asked how far the partitions are.",
    ]

    private static let realtime = [
        "daybook_realtime_parked_polls": "Polls that are parked or being served.",
        "daybook_realtime_polls_total": "Polls that were answered, and with what.",
        "daybook_realtime_events_total": "Events that were delivered to polls.",
        "daybook_realtime_refills_total": "Pages that were read from the log for queues that Redis did not hold.",
        "daybook_realtime_refilled_events_total": "Events that were made up from the log.",
        "daybook_realtime_resyncs_total": "How often a client was told to load afresh, and why.",
    ]

    private static let stores = [
        "daybook_postgres_pool_connections": "Connections that the pool may have.",
        "daybook_postgres_pool_in_use": "Connections that serve somebody.",
        "daybook_postgres_pool_waiting": "Callers that wait for a connection.",
        "daybook_postgres_pool_timeouts_total": "Callers whose time was over before they got a connection.",
        "daybook_postgres_pool_overloads_total": "Callers that were sent away since too many waited.",
        "daybook_redis_waiting": "Calls that wait for their turn on a connection.",
        "daybook_redis_failures_total": "Calls that got no reply.",
    ]

    private static let process = [
        "daybook_build_info": "Always 1; the labels say what runs.",
        "daybook_draining": "Whether the process was told to end.",
        "daybook_traces_spans_total": "Spans that were sent on, had no room, or were not taken.",
        "daybook_metrics_refused_series_total": "Series that were not kept since their name has too many.",
        "process_cpu_seconds_total": "Processor time of user and system.",
        "process_resident_memory_bytes": "Memory in RAM.",
        "process_virtual_memory_bytes": "Address space.",
        "process_threads": "Threads.",
        "process_start_time_seconds": "When the process started, in seconds since 1970.",
        "process_open_fds": "Open files and connections.",
        "process_max_fds": "How many it may have.",
    ]
}
