/** An error object as OpenAI's API words it. */
export interface ApiError {
  readonly message: string
  readonly type: string
  readonly code: string | number | null
  readonly param?: string
}

export function errorBody({ message, type, code, param }: ApiError): string {
  return JSON.stringify({ error: { message, type, param: param ?? null, code } })
}
