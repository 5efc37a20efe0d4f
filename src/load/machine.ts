import { readFileSync } from 'node:fs'

/** Seconds since the machine started, summed over its cores; null where the system does not tell. */
export interface MachineTimes {
  /** All time, idle included. */
  readonly total: number | null
  readonly busy: number | null
  /** A virtual core wanted to run and its host ran something else. */
  readonly steal: number | null
  /** This process and those of its control group had used up their CPU quota. */
  readonly throttled: number | null
}

/** Takes tens of microseconds, more with many cores: not for the time in which a load runs. */
export function readMachine(read: (path: string) => string = (path) => readFileSync(path, 'utf8')): MachineTimes {
  const text = (path: string): string => {
    try {
      return read(path)
    } catch {
      return ''
    }
  }
  const group = text('/proc/self/cgroup')
  const paths = [
    ...group.split('\n').flatMap((line) => groupStat(line)),
    '/sys/fs/cgroup/cpu.stat',
    '/sys/fs/cgroup/cpu/cpu.stat',
  ]
  const throttled = paths.map((path) => throttledSeconds(text(path))).find((seconds) => seconds !== null)
  return { ...coreTimes(text('/proc/stat')), throttled: throttled ?? null }
}

const ticksPerSecond = 100

/** First line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; what follows is within these. */
function coreTimes(stat: string): Omit<MachineTimes, 'throttled'> {
  const match = /^cpu +(.*)$/m.exec(stat)
  const ticks = match ? match[1]!.split(' ').slice(0, 8).map(Number) : []
  if (ticks.length < 8) return { total: null, busy: null, steal: null }
  const [, , , idle = 0, waiting = 0, , , steal = 0] = ticks
  const total = ticks.reduce((sum, each) => sum + each, 0)
  return {
    total: total / ticksPerSecond,
    busy: (total - idle - waiting - steal) / ticksPerSecond,
    steal: steal / ticksPerSecond,
  }
}

/** `0::/a/b` (version 2) or `4:cpu,cpuacct:/a/b` (version 1). */
function groupStat(line: string): string[] {
  const [, controllers, ...path] = line.split(':')
  if (controllers === '') return [`/sys/fs/cgroup${path.join(':')}/cpu.stat`]
  return controllers?.split(',').includes('cpu') ? [`/sys/fs/cgroup/cpu${path.join(':')}/cpu.stat`] : []
}

function throttledSeconds(stat: string): number | null {
  const micros = /^throttled_usec (\d+)$/m.exec(stat)
  if (micros) return Number(micros[1]) / 1e6
  const nanos = /^throttled_time (\d+)$/m.exec(stat)
  return nanos ? Number(nanos[1]) / 1e9 : null
}
