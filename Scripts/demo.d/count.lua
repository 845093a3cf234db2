-- For wrk: counts answers by the real server that gave them, and ends with one line of JSON.
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() servers = {} end
function response(_, headers)
	local name = headers["X-Server"] or "?"
	servers[name] = (servers[name] or 0) + 1
end
function done(summary)
	local total, pairs_text = {}, {}
	for _, thread in ipairs(threads) do
		for name, count in pairs(thread:get("servers")) do total[name] = (total[name] or 0) + count end
	end
	for name, count in pairs(total) do table.insert(pairs_text, string.format('"%s":%d', name, count)) end
	local e = summary.errors
	io.write(string.format('{"requests":%d,"failed":%d,"microseconds":%d,"per_server":{%s}}\n', summary.requests,
		e.connect + e.read + e.write + e.timeout + e.status, summary.duration, table.concat(pairs_text, ",")))
end
