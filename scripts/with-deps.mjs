// The wrapper of every npm script, in syntax that old Nodes read: installs what is missing, then runs a script of
// this folder with the project's own Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const node = join(modules, 'node', 'bin', 'node')
const stamp = join(modules, '.servemark-installed')

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(
    'servemark: Node ' + process.versions.node + ' is too old; install Node 20 or newer (https://nodejs.org)',
  )
  process.exit(2)
}
if (process.platform === 'win32') {
  console.error('servemark: Windows is supported through WSL; run this inside it')
  process.exit(2)
}

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
if (!installed()) install()

const script = process.argv[2]
const isBench = /\bbench\.ts$/.test(script)
// Compiled code is kept: it halves the start of everything that runs below.
const child = spawn(node, [join(root, script), ...process.argv.slice(3)], {
  stdio: 'inherit',
  env: Object.assign({ NODE_COMPILE_CACHE: join(modules, '.cache', 'node-compile') }, process.env, {
    PATH: join(modules, '.bin') + delimiter + process.env.PATH,
    INIT_CWD: process.env.INIT_CWD || process.cwd(),
    // A run is stopped when what started it has gone.
    SERVEMARK_PARENT: isBench ? String(process.pid) : undefined,
  }),
})
// A terminal signals the child too, and the child decides what happens; a signal to this process alone is passed on.
// An INT that is passed on must not pass for a second Ctrl-C: a run takes SIGUSR2 for it.
process.on('SIGINT', () => {
  if (isBench) child.kill('SIGUSR2')
})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  const how = signal === 'SIGUSR2' ? 'SIGINT' : signal
  process.exit(code === null ? 128 + constants.signals[how] : code)
})

function installed() {
  if (!existsSync(node)) return false
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true
  if (!installedByHand()) return false
  writeFileSync(stamp, wanted)
  return true
}

/** `npm ci` was typed before: what npm says it installed is what the lock file wants, but for other systems' packages. */
function installedByHand() {
  const written = join(modules, '.package-lock.json')
  if (!existsSync(written)) return false
  const there = JSON.parse(readFileSync(written, 'utf8')).packages
  const asked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return (
    Object.keys(there).every((path) => asked[path] !== undefined) &&
    Object.keys(asked).every((path) => {
      if (path === '') return true
      return there[path] === undefined ? asked[path].optional === true : there[path].version === asked[path].version
    })
  )
}

function install() {
  console.error('Installing what is missing into node_modules (once, about half a minute) ...')
  const started = Date.now()
  const npm = process.env.npm_execpath
  const command = npm && npm.endsWith('.js') ? [process.execPath, npm] : ['npm']
  const words = [
    'ci',
    '--ignore-scripts=false',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const result = spawnSync(command[0], command.slice(1).concat(words), { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0 || !existsSync(node)) {
    console.error('servemark: npm ci failed (see above). Is the npm registry reachable from here?')
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
  console.error('Installed in ' + Math.round((Date.now() - started) / 1000) + ' s.')
}
