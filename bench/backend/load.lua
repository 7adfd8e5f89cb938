-- Asks the questions of a file in turn and prints what wrk's own summary leaves out, as one line of JSON.
local questions = {}
function init(args)
  if args[1] then
    for line in io.lines(args[1]) do questions[#questions + 1] = line end
  end
end
local count = 0
function request()
  if #questions == 0 then return wrk.format("GET") end
  count = count + 1
  return wrk.format("POST", nil, { ["content-type"] = "application/json" }, questions[count % #questions + 1])
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"p50":%.2f,"p95":%.2f,"p99":%.2f,"not2xx":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
