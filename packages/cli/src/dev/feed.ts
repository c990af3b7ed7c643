import { freemem, hostname, loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import { NAME_LABEL } from "@penstock/model";
import type { Producer, SampleInput } from "@penstock/producer";

const INTERVAL_MS = 2_000;

/** Sends this machine's and this process's metrics, now and every 2 s. Returns what ends it. */
export function startFeed(producer: Producer): () => void {
  const labels = { instance: hostname() };
  const read = processDeltas();
  const tick = (): void => {
    const gauges = { node_load1: loadavg()[0]!, node_memory_MemFree_bytes: freemem() };
    void producer.send(samples(gauges, labels), { kind: "gauge" });
    void producer.send(samples({ penstock_dev_ticks_total: 1, ...read() }, labels), { kind: "delta" });
  };
  tick();
  const timer = setInterval(tick, INTERVAL_MS);
  return () => clearInterval(timer);
}

/** What this process did since the last call, by metric. */
function processDeltas(): () => Record<string, number> {
  let cpu = process.cpuUsage();
  let loop = performance.eventLoopUtilization();
  let { fsRead, fsWrite } = process.resourceUsage();
  return () => {
    const spent = process.cpuUsage(cpu);
    const busy = performance.eventLoopUtilization(loop);
    const usage = process.resourceUsage();
    const deltas = {
      process_cpu_seconds_total: (spent.user + spent.system) / 1e6,
      process_event_loop_active_seconds_total: busy.active / 1e3,
      process_fs_reads_total: usage.fsRead - fsRead,
      process_fs_writes_total: usage.fsWrite - fsWrite,
    };
    cpu = process.cpuUsage();
    loop = performance.eventLoopUtilization();
    ({ fsRead, fsWrite } = usage);
    return deltas;
  };
}

function samples(values: Readonly<Record<string, number>>, labels: Readonly<Record<string, string>>): SampleInput[] {
  return Object.entries(values).map(([name, value]) => ({ metric: { [NAME_LABEL]: name, ...labels }, value }));
}
