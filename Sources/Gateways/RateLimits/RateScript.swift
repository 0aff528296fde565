internal import Crypto

/// What Redis runs: one decision over all charges, with nothing between its reads and its writes.
enum RateScript {
    /// A key holds `since level`: the milliseconds since 1970 at which the level was so. It expires when the level is 0
    /// anyway.
    ///
    /// What is taken ahead of later requests is taken only if half of the limit is left then.
    ///
    /// `%.0f` since Lua would write large numbers rounded.
    static let text = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local result, levels, allowed = {}, {}, true
        local function charge(i)
            return tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
        end
        for i, key in ipairs(KEYS) do
            local limit, window, cost = charge(i)
            local since, level = string.match(redis.call('GET', key) or '', '^(%d+) (%d+)$')
            levels[i] = level and math.max(0, level - math.max(0, now - since) * limit) or 0
            allowed = allowed and levels[i] + cost * window <= limit * window
        end
        for i, key in ipairs(KEYS) do
            local limit, window, cost, ahead = charge(i)
            if not allowed or levels[i] + (cost + ahead) * window > limit * window / 2 then ahead = 0 end
            if allowed and cost > 0 then
                levels[i] = levels[i] + (cost + ahead) * window
                local value = string.format('%.0f %.0f', now, levels[i])
                redis.call('SET', key, value, 'PX', string.format('%.0f', math.ceil(levels[i] / limit)))
            end
            result[2 * i - 1], result[2 * i] = levels[i], ahead
        end
        return {allowed and 1 or 0, unpack(result)}
        """

    /// By which Redis knows a script that it has seen.
    static let digest = Insecure.SHA1.hash(data: Array(text.utf8)).map { byte in
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
}
