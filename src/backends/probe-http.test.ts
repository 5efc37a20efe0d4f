import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { connectionFailure, createProbeHttp } from './probe-http.ts'

const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)()
    await new Promise((resolve) => server.close(resolve))
  }
})
async function listen(server: Server): Promise<number> {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`
const pem = (name: string) => readFileSync(new URL(`families/fixtures/${name}.pem`, import.meta.url), 'utf8')
const probeHttp = (more: Partial<Parameters<typeof createProbeHttp>[0]> = {}) =>
  createProbeHttp({ name: 'openai', ca: [], headers: {}, timeoutSeconds: 5, answerSeconds: 5, ...more })

async function failure(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UserError)
  return (error as UserError).message
}

describe('answers', () => {
  test('any status resolves, with body, JSON and headers', async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.url === '/a' ? 200 : 503, { 'x-which': request.url })
      response.end(request.url === '/a' ? '{"a":1}' : 'busy')
    })
    expect(await probeHttp().get(`${url}/a`)).toMatchObject({ status: 200, json: { a: 1 }, text: '{"a":1}' })
    const busy = await probeHttp().get(`${url}/b`)
    expect(busy).toMatchObject({ status: 503, json: undefined, text: 'busy' })
    expect(busy.headers['x-which']).toBe('/b')
  })

  test('a POST sends JSON and the headers given', async () => {
    const url = await serve((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => response.end(JSON.stringify({ body, headers: request.headers })))
    })
    const { json } = await probeHttp({ headers: { authorization: 'Bearer k' } }).post(url, { n: 2 })
    expect(json).toMatchObject({
      body: '{"n":2}',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    })
  })

  test('a redirect is not followed', async () => {
    const url = await serve((_, response) => response.writeHead(301, { location: '/elsewhere' }).end())
    expect(await probeHttp().get(url)).toMatchObject({ status: 301, headers: { location: '/elsewhere' } })
  })
})

describe('no answer', () => {
  test('nothing listens', async () => {
    const server = createTcpServer()
    const port = await listen(server)
    open.pop()
    await new Promise((resolve) => server.close(resolve))
    const url = `http://127.0.0.1:${port}`
    expect(await failure(probeHttp().get(`${url}/v1/models`))).toBe(
      `openai: nothing listens at ${url} (ECONNREFUSED). Is the server up? Try: curl ${url}/v1/models`,
    )
    expect(await failure(probeHttp().get(`http://localhost:${port}/v1/models`))).toContain(
      `openai: nothing listens at http://localhost:${port} (ECONNREFUSED).`,
    )
  })

  test('a server that takes the request and stays silent', async () => {
    const url = await serve(() => {})
    expect(await failure(probeHttp({ timeoutSeconds: 0.3 }).get(`${url}/v1/models`))).toBe(
      `openai: ${url} takes connections, but /v1/models gave no whole answer within 0.3 s. Busy, or still loading? Try: curl ${url}/v1/models`,
    )
  })

  test('a body that never ends', async () => {
    const url = await serve((_, response) => {
      response.write('data: x')
    })
    expect(await failure(probeHttp({ answerSeconds: 0.4 }).post(`${url}/v1/completions`, {}))).toContain(
      '/v1/completions gave no whole answer within 0.4 s',
    )
  })

  test('a body without an end that comes fast', async () => {
    const url = await serve((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(1 << 20, 'x')));
      }
      response.on('drain', more)
      more()
    })
    expect(await failure(probeHttp({ timeoutSeconds: 30 }).get(`${url}/v1/models`))).toBe(
      'openai: /v1/models answers with more than 8 MiB. Is it an inference server? Check --base-url',
    )
  })

  test('a server that hangs up', async () => {
    const port = await listen(createTcpServer((socket) => socket.on('data', () => socket.destroy())))
    expect(await failure(probeHttp().get(`http://127.0.0.1:${port}/v1/models`))).toMatch(
      new RegExp(
        `^openai: http://127.0.0.1:${port} closed the connection without an answer \\(\\w+\\). Does it want --base-url https://127.0.0.1:${port}\\?$`,
      ),
    )
  })

  test('a server that speaks something else', async () => {
    const port = await listen(createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n')))
    expect(await failure(probeHttp().get(`http://127.0.0.1:${port}/`))).toMatch(
      /^openai: what answers at http:\/\/127\.0\.0\.1:\d+ is no HTTP server \(HPE_\w+\)\. Does it want --base-url https:/,
    )
  })

  test('an abort of the run is not a failure of the server', async () => {
    const url = await serve(() => {})
    const controller = new AbortController()
    const run = probeHttp({ signal: controller.signal }).get(url)
    controller.abort(new Error('stopped by the user'))
    await expect(run).rejects.toThrow('stopped by the user')
  })
})

describe('TLS', () => {
  const certificate = pem('localhost-certificate')
  const tlsServer = async () =>
    `https://localhost:${await listen(createTlsServer({ key: pem('localhost-key'), cert: certificate }, (_, response) => response.end('{}')))}`

  test('an unknown authority is named with the variable that adds it', async () => {
    const url = await tlsServer()
    expect(await failure(probeHttp().get(`${url}/v1/models`))).toBe(
      `openai: nobody trusted here signed the certificate of ${url} (DEPTH_ZERO_SELF_SIGNED_CERT). Name its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem`,
    )
  })

  test('an authority in the list is trusted', async () => {
    expect((await probeHttp({ ca: [certificate] }).get(await tlsServer())).status).toBe(200)
  })

  test('a certificate for another name', async () => {
    const url = (await tlsServer()).replace('localhost', '127.0.0.1')
    expect(await failure(probeHttp({ ca: [certificate] }).get(url))).toBe(
      `openai: the certificate of ${url} is for another name (ERR_TLS_CERT_ALTNAME_INVALID). Use that name in --base-url`,
    )
  })

  test('https to a server without TLS', async () => {
    const plain = await serve((_, response) => response.end())
    const url = plain.replace('http:', 'https:')
    expect(await failure(probeHttp().get(url))).toMatch(
      new RegExp(`^openai: ${url} does not speak TLS \\(\\w+\\)\\. Use --base-url ${plain}$`),
    )
  })

  test('http to a server with TLS', async () => {
    const secure = await tlsServer()
    const url = secure.replace('https:', 'http:')
    expect(await failure(probeHttp().get(url))).toContain(`Does it want --base-url ${secure}?`)
  })
})

test.each([
  ['ENOTFOUND', 'vllm: there is no host "gpu-box" (ENOTFOUND). Check --base-url'],
  ['EAI_AGAIN', 'vllm: there is no host "gpu-box" (EAI_AGAIN). Check --base-url'],
  [
    'EHOSTUNREACH',
    'vllm: no way to http://gpu-box:8000 (EHOSTUNREACH). Check the network and --base-url. Try: curl http://gpu-box:8000/v1/models',
  ],
  [
    'no connection',
    'vllm: no connection to http://gpu-box:8000 within 5 s. Wrong host or port, or a firewall? Try: curl http://gpu-box:8000/v1/models',
  ],
  [
    'CERT_HAS_EXPIRED',
    "vllm: the certificate of http://gpu-box:8000 is out of date (CERT_HAS_EXPIRED). Renew it, or check this machine's clock",
  ],
  ['odd', 'vllm: http://gpu-box:8000: strange. Try: curl http://gpu-box:8000/v1/models'],
])('%s', (code, line) => {
  expect(connectionFailure('vllm', 'http://gpu-box:8000/v1/models', code, 5, new Error('strange'))).toBe(line)
})
