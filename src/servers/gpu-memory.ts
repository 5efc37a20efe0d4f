import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const patienceMilliseconds = 10_000

/** Memory of an NVIDIA GPU, MiB. */
export interface GpuMemory {
  readonly index: number
  readonly uuid: string
  readonly used: number
  readonly total: number
}

/** A process that holds memory of a GPU; null: the driver does not say how much. */
interface GpuProcess {
  readonly pid: number
  readonly name: string
  readonly used: number | null
  readonly uuid: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** By `nvidia-smi` on the environment's PATH; empty where there is none, or no GPU. */
export async function readGpuMemory(environment: Environment): Promise<readonly GpuMemory[]> {
  const lines = await query(environment, '--query-gpu=index,uuid,memory.used,memory.total')
  return lines.flatMap(([index, uuid = '', used, total]) => {
    const gpu = { index: Number(index), uuid, used: Number(used), total: Number(total) }
    return [gpu.index, gpu.used, gpu.total].every(Number.isFinite) ? [gpu] : []
  })
}

export interface FreeMemoryOptions {
  readonly environment: Environment
  /** A line that the user should read. */
  readonly note: (line: string) => void
  readonly limitSeconds?: number
  readonly pollSeconds?: number
  readonly sleep?: (milliseconds: number) => Promise<unknown>
}

/**
 * Waits until the GPUs hold no more than `before` a server was started; the driver frees a process's memory a while after its
 * end. Says what it waits for. When the limit has passed it says who holds the memory, and returns all the same: whether the next
 * server fits is for that server to say.
 */
export async function untilMemoryFree(before: readonly GpuMemory[], options: FreeMemoryOptions): Promise<void> {
  const { environment, note, limitSeconds = 60, pollSeconds = 0.5 } = options
  const wait = options.sleep ?? sleep
  if (before.length === 0) return
  for (let waited = 0; ; waited += pollSeconds) {
    const held = heldBeyond(before, await readGpuMemory(environment))
    if (held.length === 0) return
    const what = held.map(describe).join('; ')
    if (waited >= limitSeconds) {
      const holders = describeHolders(
        await gpuProcesses(environment),
        held.map(({ now }) => now.uuid),
      )
      note(`GPU memory did not come free in ${limitSeconds} s: ${what}. ${holders}. The next server may not fit`)
      return
    }
    if (waited === 0) note(`waiting up to ${limitSeconds} s for GPU memory to come free: ${what}`)
    await wait(pollSeconds * 1000)
  }
}

/** A line for memory that others hold before a server starts; null: next to nothing is held. */
export async function describeHeldMemory(gpus: readonly GpuMemory[], environment: Environment): Promise<string | null> {
  const held = gpus.filter(({ used, total }) => used > total * noticed)
  if (held.length === 0) return null
  const what = held.map(({ index, used, total }) => `GPU ${index}: ${gib(used)} of ${gib(total)} GiB`).join('; ')
  const holders = describeHolders(
    await gpuProcesses(environment),
    held.map(({ uuid }) => uuid),
  )
  return `GPU memory is held by others before the server starts: ${what}. ${holders}`
}

/** Share of a GPU's memory below which nobody need be named: a desktop's. */
const noticed = 0.1

interface Held {
  readonly was: GpuMemory
  readonly now: GpuMemory
}

/** A driver's own use varies by less than this. */
const slack = ({ total }: GpuMemory) => Math.max(256, total * 0.01)

function heldBeyond(before: readonly GpuMemory[], after: readonly GpuMemory[]): Held[] {
  return after.flatMap((now) => {
    const was = before.find(({ uuid }) => uuid === now.uuid)
    return was !== undefined && now.used > was.used + slack(now) ? [{ was, now }] : []
  })
}

const describe = ({ was, now }: Held) =>
  `GPU ${now.index} holds ${gib(now.used)} GiB, ${gib(was.used)} before the server started`

const gib = (mebibytes: number) => (mebibytes / 1024).toFixed(1)

async function gpuProcesses(environment: Environment): Promise<readonly GpuProcess[]> {
  const lines = await query(environment, '--query-compute-apps=pid,process_name,used_memory,gpu_uuid')
  return lines.flatMap(([pid, name = '', used, uuid = '']) =>
    Number.isInteger(Number(pid))
      ? [{ pid: Number(pid), name, used: Number.isFinite(Number(used)) ? Number(used) : null, uuid }]
      : [],
  )
}

function describeHolders(processes: readonly GpuProcess[], uuids: readonly string[]): string {
  const holders = processes.filter(({ uuid }) => uuids.includes(uuid))
  if (holders.length === 0) return 'nvidia-smi names no process that holds it (one of another container?)'
  const words = holders.map(({ pid, name, used }) => `pid ${pid} (${name}${used === null ? '' : `, ${gib(used)} GiB`})`)
  return `Held by ${words.join(', ')}`
}

/** The lines of an answer, cut at their commas; none when the program is missing or fails. */
async function query(environment: Environment, what: string): Promise<string[][]> {
  try {
    const { stdout } = await run('nvidia-smi', [what, '--format=csv,noheader,nounits'], {
      timeout: patienceMilliseconds,
      env: environment,
    })
    return stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.split(',').map((cell) => cell.trim()))
  } catch {
    return []
  }
}
