/** A value as MII's protocol packs it. */
type Packed = Readonly<Record<string, unknown>>

export interface MiiGeneration {
  readonly maxTokens: number
  /** Told to the whole-answer method, it breaks a thread of the server. */
  readonly stream: boolean
  /** Requests with different ones of these must not run at once. */
  readonly samplingKeys: string
}

export type ReadKwargs =
  | { readonly ok: true; readonly generation: MiiGeneration }
  | { readonly ok: false; readonly why: string }

const types: Readonly<Record<string, readonly string[]>> = {
  max_length: ['ivalue', 'fvalue'],
  max_new_tokens: ['ivalue', 'fvalue'],
  min_new_tokens: ['ivalue', 'fvalue'],
  stream: ['bvalue'],
  ignore_eos: ['bvalue'],
  return_full_text: ['bvalue'],
  do_sample: ['bvalue'],
  top_p: ['fvalue', 'ivalue'],
  top_k: ['ivalue', 'fvalue'],
  temperature: ['fvalue', 'ivalue'],
  stop: ['svalue'],
}

/** The checks of MII's configuration class, with the words of its validator. */
export function readKwargs(
  kwargs: Readonly<Record<string, Packed>>,
  promptTokens: number,
  maxLength: number,
): ReadKwargs {
  const refuse = (name: string, why: string): ReadKwargs => ({
    ok: false,
    why: `1 validation error for GenerateParamsConfig\n${name}\n  ${why}\n    For further information visit https://errors.pydantic.dev/2.14/v/`,
  })
  const values: Record<string, unknown> = {}
  for (const [name, packed] of Object.entries(kwargs)) {
    const allowed = types[name]
    if (allowed === undefined)
      return refuse(name, 'Extra inputs are not permitted [type=extra_forbidden, input_value=1, input_type=int]')
    const type = String(packed['oneof_values'])
    if (!allowed.includes(type))
      return refuse(name, `Input should be a valid value, unable to parse ${type} [type=parsing]`)
    values[name] = packed[type]
  }
  const { temperature, max_new_tokens: asked } = values
  if (typeof temperature === 'number' && temperature <= 0) {
    return refuse(
      'temperature',
      `Input should be greater than 0 [type=greater_than, input_value=${temperature}, input_type=float]`,
    )
  }
  if (promptTokens >= maxLength) {
    return {
      ok: false,
      why: `1 validation error for GenerateParamsConfig\n  Assertion failed, max_length (${maxLength}) must be greater than prompt_length (${promptTokens}) [type=assertion_error]`,
    }
  }
  const samplingKeys = ['temperature', 'top_k'].filter((name) => name in values).join()
  const maxTokens = typeof asked === 'number' ? asked : maxLength - promptTokens
  return { ok: true, generation: { maxTokens, stream: values['stream'] === true, samplingKeys } }
}
