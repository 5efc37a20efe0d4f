import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** For its end, ms. */
const patience = 3000

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Path of a Chromium on this machine; null: there is none. */
export function findChromium(path = process.env['PATH'] ?? ''): string | null {
  const places = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return places.find((place) => existsSync(place)) ?? null
}

type Answer = Readonly<Record<string, unknown>>

export interface Tab {
  /** Everything that the console, the page's errors and the browser's own log said since the page was opened. */
  readonly complaints: readonly string[]
  send(method: string, params?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** Opens a page and waits until it has loaded. Returns how long that took, ms. */
  open(url: string): Promise<number>
  /** The value of an expression in the page, once its promise is kept. */
  value<Value>(expression: string): Promise<Value>
  /** A key with its default action, as a keyboard sends it: `Enter`, `Tab`, `ArrowRight`, `a`. */
  press(key: string): Promise<void>
  /** A click at a place of the window, by CSS pixels. */
  click(x: number, y: number): Promise<void>
  resize(width: number, height: number): Promise<void>
}

/** A headless Chromium with one tab, driven by DevTools messages over a pipe. `close` ends it and removes its profile. */
export async function startBrowser(program: string): Promise<{ tab: Tab; close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'servemark-browser-'))
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-extensions',
    '--disable-background-networking',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
  ]
  const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const wire = connect(child.stdio[3] as Writable, child.stdio[4] as Readable)
  void gone.then(() => wire.end())
  const close = async () => {
    // a browser that ends by itself takes its own processes with it
    wire.send('Browser.close').catch(() => {})
    await Promise.race([gone, sleep(patience, undefined, { ref: false })])
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
    await gone
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  try {
    const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await wire.send('Target.attachToTarget', { targetId, flatten: true })
    return { tab: await makeTab(wire, String(sessionId)), close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Wire {
  send(method: string, params?: Readonly<Record<string, unknown>>, sessionId?: string): Promise<Answer>
  /** Takes every event. */
  listen(listener: (method: string, params: Answer) => void): void
  end(): void
}

/** Messages are JSON, each ended by a NUL. */
function connect(out: Writable, input: Readable): Wire {
  const waiting = new Map<
    number,
    { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }
  >()
  const listeners: ((method: string, params: Answer) => void)[] = []
  let last = 0
  let rest = ''
  input.setEncoding('utf8')
  input.on('data', (text: string) => {
    const messages = (rest + text).split('\0')
    rest = messages.pop() ?? ''
    for (const message of messages) take(JSON.parse(message) as Answer)
  })
  function take({ id, method, params, result, error }: Answer): void {
    if (typeof id !== 'number') {
      for (const listener of listeners) listener(String(method), (params ?? {}) as Answer)
      return
    }
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve((result ?? {}) as Answer)
    else asked?.reject(new Error(JSON.stringify(error)))
  }
  out.on('error', () => {})
  return {
    send(method, params = {}, sessionId) {
      const id = ++last
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      })
    },
    listen: (listener) => void listeners.push(listener),
    end() {
      for (const { reject } of waiting.values()) reject(new Error('the browser has ended'))
      waiting.clear()
    },
  }
}

async function makeTab(wire: Wire, session: string): Promise<Tab> {
  const complaints: string[] = []
  let loaded = () => {}
  wire.listen((method, params) => {
    if (method === 'Page.loadEventFired') loaded()
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') complaints.push(JSON.stringify(params))
    if (method === 'Runtime.consoleAPICalled') complaints.push(JSON.stringify(params['args']))
  })
  const send: Tab['send'] = (method, params) => wire.send(method, params, session)
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`)
  return {
    complaints,
    send,
    async open(url) {
      complaints.length = 0
      const done = new Promise<void>((resolve) => (loaded = resolve))
      const started = performance.now()
      await send('Page.navigate', { url })
      await done
      return performance.now() - started
    },
    async value<Value>(expression: string) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return (result as { readonly value: Value }).value
    },
    async press(key) {
      const known = keys[key] ?? {
        code: `Key${key.toUpperCase()}`,
        windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0),
        text: key,
      }
      await send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...known })
      await send('Input.dispatchKeyEvent', { type: 'keyUp', key, ...known })
    },
    async click(x, y) {
      const at = { x, y, button: 'left', clickCount: 1 }
      await send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y })
      await send('Input.dispatchMouseEvent', { type: 'mousePressed', ...at })
      await send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at })
    },
    async resize(width, height) {
      const mobile = width < 600
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile })
    },
  }
}

const keys: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Enter: { code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
  Tab: { code: 'Tab', windowsVirtualKeyCode: 9 },
  Escape: { code: 'Escape', windowsVirtualKeyCode: 27 },
  ArrowLeft: { code: 'ArrowLeft', windowsVirtualKeyCode: 37 },
  ArrowUp: { code: 'ArrowUp', windowsVirtualKeyCode: 38 },
  ArrowRight: { code: 'ArrowRight', windowsVirtualKeyCode: 39 },
  ArrowDown: { code: 'ArrowDown', windowsVirtualKeyCode: 40 },
  ' ': { code: 'Space', windowsVirtualKeyCode: 32, text: ' ' },
}
