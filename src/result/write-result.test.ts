import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { makeRecording } from '../recording/testing.ts'
import type { ResultFile } from './schema.ts'
import { pointResult, someRecording, temporaryDirectory } from './testing.ts'
import { writeResult } from './write-result.ts'

const now = new Date(2026, 10, 22, 9, 8, 7, 65)
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as ResultFile

async function written(given: Parameters<typeof pointResult>[1] = {}) {
  const { path } = await writeResult(pointResult(temporaryDirectory(), given), now)
  return { path, file: read(path) }
}

describe("the original's part", () => {
  test('has items of exactly six keys', async () => {
    const { file } = await written()
    const keys = file.response_details.map((detail) => Object.keys(detail).sort().join())
    expect([...new Set(keys)]).toEqual(['end_time,generated_tokens,model_time,prompt,start_time,token_gen_time'])
  })
  test('holds ok requests of the measured part only', async () => {
    expect((await written()).file.response_details).toHaveLength(8)
  })
  test('holds Unix seconds and gaps from sending on', async () => {
    const { file } = await written()
    expect(file.response_details[0]).toMatchObject({
      start_time: 1_795_300_000,
      end_time: expect.closeTo(1_795_300_000.183, 3),
      token_gen_time: [0.123456789, 0.02, 0.02, 0.02].map((gap) => expect.closeTo(gap, 9)),
      prompt: 'prompt 1',
      model_time: 0,
    })
  })
  test('has one string of text, but a list of chunks for streams of vllm and fastgen', async () => {
    expect((await written()).file.response_details[0]?.generated_tokens).toBe(' t0 t1 t2 t3')
    for (const backend of ['vllm', 'vllm-legacy', 'fastgen']) {
      const { file } = await written({ backend })
      expect(file.response_details[0]?.generated_tokens).toEqual([' t0', ' t1', ' t2', ' t3'])
    }
  })
  test('has a string and no gaps without streaming', async () => {
    const { file } = await written({ backend: 'vllm', point: { stream: false } })
    expect(file.response_details[0]).toMatchObject({ generated_tokens: ' t0 t1 t2 t3', token_gen_time: [] })
  })
  test('keeps texts of several bytes a character whole', async () => {
    const recording = makeRecording([
      {
        sent: 0,
        chunks: [
          { at: 1, text: 'größe' },
          { at: 2, text: ' 漢字' },
        ],
      },
    ])
    const { file } = await written({ recording, backend: 'vllm' })
    expect(file.response_details[0]?.generated_tokens).toEqual(['größe', ' 漢字'])
  })
  test('without texts keeps their number and says so', async () => {
    const { file } = await written({ backend: 'vllm', point: { saveText: false } })
    expect(file.response_details[0]).toMatchObject({ generated_tokens: ['', '', '', ''], prompt: '' })
    expect(file.servemark.notes.join()).toContain('--no-save-text')
  })
  test("has every option of the original's by its name, without keys", async () => {
    const { file, path } = await written()
    expect(file.args).toMatchObject({
      tp_size: 1,
      max_ragged_batch_size: 768,
      num_replicas: 1,
      cmd: null,
      client_only: true,
      max_prompt_length: 30,
      mean_prompt_length: 10,
      mean_max_new_tokens: 3,
      num_clients: 2,
      num_requests: 8,
      prompt_length_var: 0.3,
      max_new_tokens_var: 0.3,
      warmup: 1,
      use_thread: false,
      stream: true,
      out_json_dir: path,
      openai_api_url: 'http://127.0.0.1:8000/v1',
      openai_api_key: null,
      aml_api_url: null,
      aml_api_key: null,
      model: 'some/model',
      deployment_name: 'benchmark-deployment',
      backend: 'openai',
      overwrite_results: false,
      fp6: false,
      prompt_tokens: [10],
    })
  })
  test('has local time with six digits', async () => {
    expect((await written()).file.time).toBe('2026-11-22 09:08:07.065000')
  })
})

describe('our part', () => {
  test('counts all outcomes of measured requests and groups failures', async () => {
    const { servemark } = (await written()).file
    expect(servemark.outcomes).toMatchObject({ ok: 8, stream_error: 1, timeout: 0 })
    expect(servemark.failures).toEqual([
      {
        outcome: 'stream_error',
        http_status: 200,
        meaning: null,
        count: 1,
        first_error: 'boom',
        first_at_s: expect.closeTo(0.3, 6),
      },
    ])
  })
  test('has a column of equal length for each fact of the requests, in seconds', async () => {
    const { requests } = (await written()).file.servemark
    expect([...new Set(Object.values(requests).map((column) => column.length))]).toEqual([10])
    expect(requests).toMatchObject({ sent_s: [-1, 0, 0, ...Array.from({ length: 7 }, () => expect.any(Number))] })
    expect(requests['first_token_s']?.[1]).toBe(0.123456789)
  })
  test('names the chunk file and its hash', async () => {
    const { path, file } = await written()
    const chunks = file.servemark.chunks!
    const bytes = readFileSync(join(path, '..', chunks.file))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(chunks.sha256)
  })
  test('keeps series only when there are some', async () => {
    expect((await written()).file.servemark.series).toBeNull()
    const series = [{ name: 'cpu', unit: 'share', time: Float64Array.of(1e9), value: Float64Array.of(0.5) }]
    const { path, file } = await written({ recording: { ...someRecording(), series } })
    expect(existsSync(join(path, '..', file.servemark.series!.file))).toBe(true)
  })
})

test('the chunk file holds all requests, warm-up and failed ones too', async () => {
  const { path, file } = await written()
  const table = tableFromIPC(readFileSync(join(path, '..', file.servemark.chunks!.file)))
  expect(table.schema.fields.map((field) => field.name)).toEqual([
    'request',
    'time_s',
    'batch',
    'read',
    'bytes',
    'tokens',
    'kind',
    'carries_token',
    'text_end',
    'batch_time_s',
    'batch_busy_s',
    'batch_run_delay_s',
    'batch_waited',
    'batch_thread',
    'batch_reads',
  ])
  expect(table.numRows).toBe(2 + 8 * 4 + 2)
  const rows = table.toArray().map((row) => row.toJSON() as Record<string, unknown>)
  expect(rows[0]).toMatchObject({ request: 0, time_s: -0.7, kind: 'text', carries_token: true, tokens: 1 })
  expect(rows.at(-1)).toMatchObject({ request: 9, kind: 'error', carries_token: false })
})

test('a point without one chunk can be sealed', async () => {
  const recording = makeRecording([{ sent: 0, columns: { outcome: 'connection_error', error: 'ECONNREFUSED' } }])
  expect((await written({ recording })).file.servemark.outcomes.connection_error).toBe(1)
})

describe('an earlier result of the name', () => {
  test('moves to .old with its chunks', async () => {
    const outDir = temporaryDirectory()
    const { path } = await writeResult(pointResult(outDir, { runId: 'first' }), now)
    await writeResult(pointResult(outDir, { runId: 'second' }), now)
    expect(read(path).servemark.run_id).toBe('second')
    const [time = ''] = readdirSync(join(outDir, '.old'))
    const old = readdirSync(join(outDir, '.old', time, 'openai')).sort()
    expect(old.map((name) => name.replace(/.*clients2/, ''))).toEqual(['.chunks.arrow', '.json'])
    expect(read(join(outDir, '.old', time, 'openai', old[1]!)).servemark.run_id).toBe('first')
  })
  test('leaves no temporary file behind', async () => {
    const { path } = await written()
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('tmp'))).toEqual([])
  })
})

test('a directory that cannot be written is one clear line', async () => {
  const outDir = temporaryDirectory()
  writeFileSync(join(outDir, 'openai'), 'a file where a directory must be')
  chmodSync(join(outDir, 'openai'), 0o444)
  await expect(writeResult(pointResult(outDir), now)).rejects.toThrow(
    /^results: cannot write .*openai \(E[A-Z]+\)\. Choose another folder: --out-dir/,
  )
})
