// The script that stores what one write brings, as a whole or not at all, with one answer. Its records are one binary
// argument, because a command for each of them costs this process more than all else it does to a record.

import { createHash } from "node:crypto";

/**
 * `KEYS[1]` prefix; `ARGV` partition, first offset, entry for the set of batches, seconds to live, members that a set
 * keeps at most, `1` to trim the sets, records (see `packRecords`). The entry comes last, so that whatever fails before
 * leaves nothing that could be believed. Trimming takes the lowest scores beyond the limit, then those whose values
 * have expired; entries that lose a record go with it.
 */
export const WRITE_SCRIPT = `
local prefix, ttl, max = KEYS[1], ARGV[4], tonumber(ARGV[5])
local base = prefix .. ':partition:' .. ARGV[1]
local offsets, batches = base .. ':offsets', base .. ':batches'
local call, read = redis.call, struct.unpack

local function addAll(key, list)
  for i = 1, #list, 1000 do call('ZADD', key, unpack(list, i, math.min(i + 999, #list))) end
  call('EXPIRE', key, ttl)
end

local function trim(key)
  local gone = math.max(0, call('ZCARD', key) - max)
  local last = gone + 100
  while gone < last do
    local member = call('ZRANGE', key, gone, gone)[1]
    if not member or call('EXISTS', member) == 1 then break end
    gone = gone + 1
  end
  if gone == 0 then return nil end
  local score = call('ZRANGE', key, gone - 1, gone - 1, 'WITHSCORES')[2]
  call('ZREMRANGEBYRANK', key, 0, gone - 1)
  return score
end

local data, position, members, threads, sets = ARGV[7], 1, {}, {}, {}
while position <= #data do
  local offset, value, header, count
  offset, value, header, count, position = read('<I1c0I4c0c12I2', data, position)
  local key = base .. ':offset:' .. offset
  call('SETEX', key, ttl, value)
  members[#members + 1] = offset
  members[#members + 1] = key
  for i = 1, count do
    local thread, sequence
    thread, sequence, position = read('<I2c0I1c0', data, position)
    local list = threads[thread]
    if not list then
      list = {}
      threads[thread] = list
      sets[#sets + 1] = thread
    end
    local own = prefix .. ':thread:' .. thread .. ':seq:' .. sequence
    call('SETEX', own, ttl, header .. value)
    list[#list + 1] = sequence
    list[#list + 1] = own
  end
end
for _, thread in ipairs(sets) do
  local key = prefix .. ':thread:' .. thread .. ':sequences'
  addAll(key, threads[thread])
  if ARGV[6] == '1' then trim(key) end
end
if #members > 0 then addAll(offsets, members) end
addAll(batches, {ARGV[2], ARGV[3]})
if ARGV[6] == '1' then
  local lost = trim(offsets)
  if lost then call('ZREMRANGEBYSCORE', batches, '-inf', lost) end
  call('ZREMRANGEBYRANK', batches, 0, -max - 1)
end
return #members / 2
`;

/** Under this name Redis knows the script once it was loaded. */
export const WRITE_SCRIPT_DIGEST = createHash("sha1").update(WRITE_SCRIPT).digest("hex");
