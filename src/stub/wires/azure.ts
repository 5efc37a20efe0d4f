import { number, record, sendJson, startWire, tokenTexts, type Wire } from './wire-server.ts'

/** Answers of Azure ML's front and of scoring scripts that go wrong. */
export type AzureFault = 408 | 413 | 424 | 429 | 500 | 502 | 503 | 504 | 'string-error' | 'empty-object' | 'list-error'

export interface AzureOptions {
  readonly port?: number
  readonly key?: string
  readonly deployments?: readonly string[]
  readonly fault?: AzureFault
  /** Scoring requests that fail, counted from 0, `to` excluded; the others answer. `retryAfter`: seconds, in a header. */
  readonly failures?: readonly { from: number; to: number; fault: number; retryAfter?: number }[]
  /** The script encodes its answer once more than it should. */
  readonly doubleEncoded?: boolean
  /** The script streams where it is asked to. */
  readonly streams?: boolean
}

/** A managed online endpoint with a foundation model's scoring script behind it: key, deployment header, one document. */
export async function startAzureWire(options: AzureOptions = {}): Promise<Wire> {
  const { key, deployments = ['blue'], fault } = options
  let scored = 0
  return await startWire(({ method, path, headers, body }, response) => {
    const clientId = headers['x-ms-client-request-id']
    const common = {
      'x-ms-server-version': 'azmlinfsrv/1.5.1',
      'x-ms-run-function-failed': 'False',
      ...(typeof clientId === 'string' && { 'x-ms-client-request-id': clientId, 'x-ms-request-id': clientId }),
    }
    const json = (status: number, value: unknown, more: object = {}) =>
      sendJson(response, status, value, { ...common, ...more })
    if (path === '/' && method === 'GET') return void response.writeHead(200, common).end('Healthy')
    if (path !== '/score') return json(404, { message: 'The requested URL was not found on the server.' })
    if (key !== undefined && headers['authorization'] !== `Bearer ${key}`) {
      return json(401, { error: { code: 'KeyAuthAccessDenied', message: 'key_auth_access_denied' } })
    }
    const deployment = headers['azureml-model-deployment'] ?? deployments[0]
    if (typeof deployment !== 'string' || !deployments.includes(deployment)) {
      return json(404, { error: { code: 'DeploymentNotFound', message: `Specified deployment could not be found` } })
    }
    if (typeof clientId === 'string' && clientId.length > 40) return json(431, { message: 'request id too long' })
    const failure = options.failures?.find(({ from, to }) => scored >= from && scored < to)
    scored += 1
    if (failure) {
      const more = failure.retryAfter === undefined ? {} : { 'retry-after': String(failure.retryAfter) }
      return json(failure.fault, { error: { code: String(failure.fault), message: `played ${failure.fault}` } }, more)
    }
    if (fault === 424) {
      const more = { 'ms-azureml-model-error-statuscode': '500', 'ms-azureml-model-error-reason': 'model_error' }
      return json(
        424,
        { message: 'An unexpected error occurred in scoring script. Check the logs for more info.' },
        more,
      )
    }
    if (typeof fault === 'number') return json(fault, { error: { code: String(fault), message: `played ${fault}` } })
    if (fault === 'string-error') return json(200, '{"error": "Error in processing request"}')
    if (fault === 'list-error') return json(200, [{ error: 'CUDA out of memory' }])
    if (fault === 'empty-object') return json(200, {})

    const input = record(record(body)['input_data'])
    const count = number(record(input['parameters'])['max_tokens'], 4)
    if (!Array.isArray(input['input_string'])) {
      return json(500, { message: 'An unexpected error occurred in scoring script. Check the logs for more info.' })
    }
    if (options.streams === true && record(input['parameters'])['stream'] === true) {
      response.writeHead(200, { ...common, 'content-type': 'text/event-stream' })
      for (const text of tokenTexts(count)) response.write(`data: ${JSON.stringify({ text })}\n\n`)
      return void response.end('data: [DONE]\n\n')
    }
    const answer = [{ '0': tokenTexts(count).join('') }]
    json(200, options.doubleEncoded ? JSON.stringify(answer) : answer, {
      'azureml-model-deployment': deployment,
      'x-ms-run-fn-exec-ms': '0.234',
    })
  }, options.port)
}
