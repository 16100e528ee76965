-- GET and PUT of the same few keys. Every version of a key is one letter repeated, so an answer of
-- two letters would be a mixture of two versions. What was seen is printed at the end.

local bytes, keys = 4096, 8
local threads = {}

function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end

function init(args)
  bucket = args[1]
  asked, got, put, wrong = 0, 0, 0, 0
  for line in io.lines(args[2]) do
    local name, value = line:match("([^:]+): (.*)")
    wrk.headers[name] = value
  end
end

function request()
  asked = asked + 1
  local path = bucket .. "/" .. asked % keys
  if asked % 4 == 0 then
    local letter = string.char(string.byte("a") + asked / 4 % 26)
    return wrk.format("PUT", path, nil, letter:rep(bytes))
  end
  return wrk.format("GET", path)
end

function response(status, headers, body)
  if status == 201 and body == "" then
    put = put + 1
  elseif status == 200 and body == body:sub(1, 1):rep(bytes) then
    got = got + 1
  else
    wrong = wrong + 1
  end
end

function done(summary, latency, requests)
  local sum = {got = 0, put = 0, wrong = 0}
  for _, thread in ipairs(threads) do
    for name in pairs(sum) do
      sum[name] = sum[name] + thread:get(name)
    end
  end
  local e = summary.errors
  io.write(string.format('RESULT {"answers":%d,"got":%d,"put":%d,"wrong":%d,"errors":%d}\n',
    summary.requests, sum.got, sum.put, sum.wrong,
    e.connect + e.read + e.write + e.status + e.timeout))
end
