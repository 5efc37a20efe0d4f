import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { arch, availableParallelism, cpus, hostname, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Variables of the environment that change how servers run and hold no secrets. Nothing else of it is stored. */
const shownVariables = ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'OMP_NUM_THREADS', 'UV_THREADPOOL_SIZE']

/** Longest wait for a program that tells something, ms. */
const patience = 2000

/** Facts of this host and program, for the result file: what cannot be read is null. Takes 2 s at most. */
export async function collectEnvironment(): Promise<Record<string, unknown>> {
  const [version, commit, gpus, limits, governor] = await Promise.all([
    servemarkVersion(),
    gitCommit(),
    gpuNames(),
    cgroupLimits(),
    firstLine('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
  ])
  const processors = cpus()
  return {
    servemark: version,
    git_commit: commit,
    node: process.version,
    os: `${type()} ${release()}`,
    arch: arch(),
    host: hostname(),
    cpu: processors[0]?.model.trim() ?? null,
    cores: processors.length,
    usable_cores: availableParallelism(),
    cpu_governor: governor,
    memory_bytes: totalmem(),
    cgroup: limits,
    load_average: loadavg(),
    gpus,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    variables: Object.fromEntries(
      shownVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
  }
}

/** The part of the environment that makes a measurement another one, for `pointHash`. */
export function hostOf(environment: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { host, cpu, cores, usable_cores, memory_bytes, gpus, os, cgroup } = environment
  return { host, cpu, cores, usable_cores, memory_bytes, gpus, os, cgroup }
}

async function servemarkVersion(): Promise<string | null> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8').catch(() => null)
  if (text === null) return null
  const { version } = JSON.parse(text) as { version?: unknown }
  return typeof version === 'string' ? version : null
}

async function gitCommit(): Promise<string | null> {
  const options = { cwd: root, timeout: patience, env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } }
  try {
    const top = await run('git', ['rev-parse', '--show-toplevel', 'HEAD'], options)
    const [, commit = null] = top.stdout.trim().split('\n')
    const changed = await run('git', ['status', '--porcelain', '--untracked-files=no'], options)
    return commit && changed.stdout.trim() !== '' ? `${commit} with changes` : commit
  } catch {
    return null
  }
}

/** Name, driver and memory of each NVIDIA GPU; empty without any. */
async function gpuNames(): Promise<string[]> {
  try {
    const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']
    const { stdout } = await run('nvidia-smi', query, { timeout: patience })
    return stdout
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
  } catch {
    return []
  }
}

/** What a container may use (cgroup v2, else v1); null: no limit, or not readable. */
async function cgroupLimits(): Promise<{ cpus: number | null; memory_bytes: number | null }> {
  const [quota, period] = ((await firstLine('/sys/fs/cgroup/cpu.max')) ?? '').split(' ').map(Number)
  const quotaV1 = Number((await firstLine('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')) ?? NaN)
  const periodV1 = Number((await firstLine('/sys/fs/cgroup/cpu/cpu.cfs_period_us')) ?? NaN)
  const memory =
    (await firstLine('/sys/fs/cgroup/memory.max')) ?? (await firstLine('/sys/fs/cgroup/memory/memory.limit_in_bytes'))
  const limit = (value: number) => (Number.isFinite(value) && value > 0 ? value : null)
  const bytes = limit(Number(memory ?? NaN))
  return {
    cpus: limit((quota ?? NaN) / (period ?? NaN)) ?? limit(quotaV1 / periodV1),
    // version 1 says "no limit" by a number near 2^63
    memory_bytes: bytes !== null && bytes < 2 ** 60 ? bytes : null,
  }
}

async function firstLine(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text?.split('\n')[0]?.trim() || null
}
