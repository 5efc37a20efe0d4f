import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../src/errors.ts'
import { capturedReplies } from '../src/packet-capture/captured-replies.ts'
import { compareCapture } from '../src/packet-capture/compare-capture.ts'
import { comparisonText } from '../src/packet-capture/comparison-text.ts'
import { readPcap } from '../src/packet-capture/pcap.ts'
import { readRecording } from '../src/result/read-recording.ts'
import { runScript } from './run-script.ts'

const help = `npm run capture -- FILE.pcap RESULT.json ...: sets our stamps beside those of the kernel, packet by packet

Capture while a point is measured over plain HTTP, whole frames and nanoseconds:
  tcpdump --time-stamp-precision=nano -B 65536 -s 0 -i lo -w lo.pcap 'tcp port 8000'`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h', default: false } },
  })
  const [pcap, ...results] = positionals
  if (values.help) return console.log(help)
  if (pcap === undefined || results.length === 0) throw new UserError(help, 2)
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const bytes = await readFile(resolve(here, pcap)).catch(() => {
    throw new UserError(`${pcap} cannot be read`)
  })
  const capture = readPcap(bytes, pcap)
  for (const result of results) {
    const { file, recording } = await readRecording(resolve(here, result))
    const url = new URL(file.servemark.server.endpoint)
    if (url.protocol !== 'http:')
      throw new UserError(`${result} was not measured over plain HTTP: a capture of it cannot be read`)
    const replies = capturedReplies(capture, Number(url.port || 80))
    const comparison = compareCapture(recording, replies, capture.epochSeconds)
    if (comparison.paired === 0) {
      throw new UserError(
        `${pcap} holds none of the ${comparison.requests} ok requests of ${result} to port ${url.port}`,
      )
    }
    console.log(`${basename(result, '.json')}\n${comparisonText(comparison)}\n`)
  }
}

runScript('capture', main)
