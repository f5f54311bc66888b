/** The scripts of the epoch protocol; each touches one key, KEYS[1]. A value starts with `[epoch,`, a lease with `L:`. */
export const scripts = {
  /** ARGV: lease, life. What nobody of us wrote (another type, other text, a key without end) counts as absent. */
  lease: `
    local text = redis.pcall('GET', KEYS[1])
    local ours = type(text) == 'string' and (string.match(text, '^%[%d+,') or string.match(text, '^L:'))
    if ours and redis.call('PTTL', KEYS[1]) ~= -1 then return 0 end
    redis.call('DEL', KEYS[1])
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1`,
  /** ARGV: own lease, value or nothing, life. */
  settle: `
    if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
    return 1`,
  /** ARGV: epoch just committed. */
  publish: `
    local text = redis.pcall('GET', KEYS[1])
    local epoch = type(text) == 'string' and string.match(text, '^%[(%d+),')
    if epoch and tonumber(epoch) >= tonumber(ARGV[1]) then return 0 end
    return redis.call('DEL', KEYS[1])`,
  /** ARGV: epoch, value. A refresh that arrives late must not take asOfBlock back. */
  refresh: `
    local text = redis.pcall('GET', KEYS[1])
    if type(text) ~= 'string' then return 0 end
    local epoch, block = string.match(text, '^%[(%d+),(%w+),')
    local newBlock = string.match(ARGV[2], '^%[%d+,(%w+),')
    if epoch ~= ARGV[1] or (tonumber(block) or -1) > (tonumber(newBlock) or -1) then return 0 end
    local life = redis.call('PTTL', KEYS[1])
    if life <= 0 then return 0 end
    redis.call('SET', KEYS[1], ARGV[2], 'PX', life)
    return 1`,
} as const;
