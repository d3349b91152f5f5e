-- SPDX-License-Identifier: BSD-3-Clause
-- Run by Pktgen (-f): one mix at rates found by halving, as in RFC 2544, 26.1; what was
-- lost is read from the probe's own ledger. bench/pktgen starts both and says what is
-- wanted, in the environment.
package.path = package.path .. ";?.lua"

local port = "0"
local mix = os.getenv("PANOPTES_MIX") or "range"
local seconds = tonumber(os.getenv("PANOPTES_SECONDS") or "3")
local trials = tonumber(os.getenv("PANOPTES_TRIALS") or "7")
local tolerated = tonumber(os.getenv("PANOPTES_LOSS") or "0")
local ask = os.getenv("PANOPTES_ASK") -- prints the ledger, "name value" a line
local result = assert(io.open(os.getenv("PANOPTES_RESULT"), "w"))

-- What a probe may have done with a packet instead of counting it in a record.
local losses = { "drop_undecodable", "drop_link_type", "drop_dispatch", "drop_sampled", "drop_table",
	"missed_port", "missed_memory", "missed_errors", "missed_kernel", "packets_lost_ring" }

local function ledger()
	local values = {}
	local answer = assert(io.popen(ask))
	for line in answer:lines() do
		local name, value = line:match("^([%w_]+) (%d+)$")
		if name then values[name] = tonumber(value) end
	end
	answer:close()
	return values
end

-- A range of the packets' fields: from 'first' to 'last' in steps.
local function range(field, first, last, step)
	local set = pktgen.range[field]
	set(port, "start", first)
	set(port, "min", first)
	set(port, "max", last)
	set(port, "inc", step)
end

-- Pktgen makes the packets of a range when it starts to send, as many as it has buffers (24,576 in 23.03), and
-- repeats those; the next start goes on where the range was. So 'range' starts anew every second, and meets
-- millions of 5-tuples in a hundred seconds. All other mixes are captures that Pktgen was started with (-s).
local function prepare()
	if mix ~= "range" then return end
	pktgen.range.ip_proto(port, "udp")
	range("pkt_size", 64, 64, 0)
	range("src_ip", "10.0.0.1", "10.255.255.254", "0.0.0.1")
	range("dst_ip", "172.16.0.1", "172.16.255.254", "0.0.0.1")
	range("src_port", 1024, 65000, 1)
	range("dst_port", 53, 62, 1)
	pktgen.set_range(port, "on")
end

local function milliseconds(n) pktgen.delay(n) end

-- Sends at 'rate' percent of the port's speed: what was sent, and what of it was lost, by name.
local function trial(rate)
	pktgen.set(port, "rate", rate)
	pktgen.clr()
	milliseconds(300)
	local before = ledger()
	local starts = mix == "range" and seconds or 1
	for _ = 1, starts do
		pktgen.start(port)
		milliseconds(seconds * 1000 / starts)
		pktgen.stop(port)
		milliseconds(20)
	end
	milliseconds(1000)
	local sent = pktgen.portStats(port, "port")[tonumber(port)].opackets
	local after = ledger()
	local told, missing = {}, sent - (after.rx_packets - before.rx_packets)
	if missing > 0 then told[1] = "before the probe " .. missing end
	missing = math.max(missing, 0)
	for _, name in ipairs(losses) do
		local n = after[name] - before[name]
		if n > 0 then
			-- what a port missed is among what did not arrive
			if not name:match("^missed") then missing = missing + n end
			told[#told + 1] = name .. " " .. n
		end
	end
	result:write(string.format("  rate %6.2f %%: %11d sent, %9.3f Mpps, %d lost%s\n", rate, sent,
		sent / seconds / 1e6, missing, #told > 0 and " (" .. table.concat(told, ", ") .. ")" or ""))
	result:flush()
	return sent, missing
end

local function search()
	local low, high, best = 0, 200, 0
	for _ = 1, trials do
		local rate = math.min((low + high) / 2, 100)
		local sent, lost = trial(rate)
		if sent > 0 and lost <= tolerated * sent then
			low, best = rate, math.max(best, sent / seconds)
			if rate == 100 then break end
		else
			high = rate
		end
	end
	return best
end

prepare()
milliseconds(1000)
result:write(mix .. "\n")
local flows = ledger().flows_opened
local best = search()
local after = ledger()
result:write(string.format("  %s: %.3f Mpps with no more than %g of it lost; %d flows opened, %d records made\n",
	mix, best / 1e6, tolerated, after.flows_opened - flows, after.records_made))
result:close()
pktgen.quit()
