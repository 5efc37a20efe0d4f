/** An answer other than 200, in OpenAI's words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly body: ErrorBody

  constructor(status: number, message: string, details: Partial<Omit<ErrorBody['error'], 'message'>> = {}) {
    super(message)
    this.status = status
    this.body = { error: { message, type: 'invalid_request_error', param: null, code: null, ...details } }
  }
}

export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | number | null
  }
}

export function badRequest(message: string, param: string | null = null, code: string | null = null): ApiError {
  return new ApiError(400, message, { param, code })
}

export function unknownModel(model: string): ApiError {
  return new ApiError(404, `The model \`${model}\` does not exist.`, { param: 'model', code: 'model_not_found' })
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' })
}

export function loadingModel(): ApiError {
  return new ApiError(503, 'Loading model', { type: 'unavailable_error', code: 503 })
}

export function internalError(message: string): ApiError {
  return new ApiError(500, message, { type: 'server_error' })
}

export function contextOverflow(limit: number, prompt: number, completion: number): ApiError {
  const message =
    `This model's maximum context length is ${limit} tokens. However, you requested ${prompt + completion} tokens ` +
    `(${prompt} in the prompt, ${completion} in the completion). Please reduce the length of the prompt or completion.`
  return badRequest(message, prompt >= limit ? 'prompt' : 'max_tokens', 'context_length_exceeded')
}
