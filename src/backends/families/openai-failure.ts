import { UserError } from '../../errors.ts'
import { printableLine } from '../../printable.ts'
import type { ProbeResponse, Target } from '../backend.ts'
import { isObject } from './json.ts'
import { errorText } from './openai-error.ts'

/** One line for a status that ends the probe, with the way out. `path` is the whole path, e.g. `/v1/models`. */
export function statusFailure(target: Target, path: string, response: ProbeResponse): UserError {
  const { status } = response
  const start = `${target.backendId}: ${status} from ${path}`
  const said = serverSaid(response)
  if (status === 401 || status === 403) return new UserError(`${start}${authHint(target)}`)
  if (status >= 300 && status < 400) {
    const to = shortened(printableLine(response.headers['location'] ?? ''))
    return new UserError(
      `${start}, a redirect${to ? ` to ${to}` : ''}. Redirects are not followed: give the final --base-url`,
    )
  }
  if (/\bhttps\b/i.test(said) && status === 400) {
    return new UserError(`${start}${said}. Use https:// in --base-url`)
  }
  if (status === 404 && /\bmodel\b/i.test(said)) return new UserError(`${start}${said}. Use --model`)
  if (status === 404 && !path.endsWith('/completions')) {
    return new UserError(`${start}${said}. Is that server ${target.backendId}? Check --base-url and --backend`)
  }
  if (status === 404) {
    const other = target.route === 'completions' ? 'chat' : 'completions'
    return new UserError(`${start}${said}. Is --base-url right? Another route: --endpoint ${other}`)
  }
  if (status === 429) return new UserError(`${start}${said}. The server takes no more requests now: try again later`)
  if (status === 503) return new UserError(`${start}${said}. The server is not ready: try again when it is`)
  return new UserError(`${start}${said}`)
}

/** `: "..."`, what the server said of its refusal on one line; empty when it said nothing. */
export function serverSaid(response: ProbeResponse): string {
  const text = (isObject(response.json) ? errorText(response.json) : null) ?? plainText(response)
  const line = printableLine(text).replace(/\.$/, '')
  if (line === '') return ''
  return `: "${shortened(line)}"`
}

const shortened = (line: string) => (line.length > 200 ? `${line.slice(0, 200)}...` : line)

/** Pages for people say nothing in a line. */
function plainText(response: ProbeResponse): string {
  return /^\s*</.test(response.text) ? (/<title>([^<]*)</i.exec(response.text)?.[1] ?? '') : response.text
}

function authHint(target: Target): string {
  const another = `another header: --header 'api-key: $MY_KEY'`
  const sent = Object.keys(target.headers).filter((name) => /auth|key|token/i.test(name))
  if (sent.length === 0) return `. Set SERVEMARK_API_KEY (now unset); ${another}`
  return `: what the header ${sent.join(', ')} holds is refused. Set SERVEMARK_API_KEY to a valid key; ${another}`
}
